using System.Globalization;
using System.Text;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Values as Python's <c>str</c> and <c>repr</c> print them.</summary>
internal static class PythonText
{
    private const int MaxDepth = 100;

    /// <summary>What is printed for a value: a text as it is, anything else as it would be written in Python, undefined as nothing.</summary>
    public static TextValue Of(RenderingRun run, Value value) => value switch
    {
        TextValue text => text,
        UndefinedValue => TextValue.Empty,
        _ => Repr(run, value),
    };

    /// <summary>The value as it would be written in Python.</summary>
    public static TextValue Repr(RenderingRun run, Value value)
    {
        var text = new StringBuilder();
        var hasContent = Write(run, value, text, 0);
        run.Make(text.Length);
        return hasContent ? TextValue.Content(text.ToString()) : new(text.ToString());
    }

    /// <summary>A value in an error message.</summary>
    public static string Short(Value value)
    {
        const int longest = 60;
        var text = value is TextValue whole ? Quoted(whole.Text) : value is IntValue number ? number.Number.ToString(CultureInfo.InvariantCulture) : value is FloatValue real ? FloatText.Of(real.Number) : value.TypeName;
        return text.Length <= longest ? text : $"{text[..longest]}...";
    }

    /// <summary>A text in quotes: single ones, unless it has such and no double ones.</summary>
    public static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            var code = isPair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];
            if (code == quote || code == '\\') quoted.Append('\\').Append((char)code);
            else if (code is '\n' or '\r' or '\t') quoted.Append('\\').Append(code switch { '\n' => 'n', '\r' => 'r', _ => 't' });
            else if (IsPrintable(text, i, code)) quoted.Append(text, i, isPair ? 2 : 1);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\{(code < 0x100 ? 'x' : code < 0x10000 ? 'u' : 'U')}{code.ToString(code < 0x100 ? "x2" : code < 0x10000 ? "x4" : "x8", CultureInfo.InvariantCulture)}");
            if (isPair) i++;
        }
        return quoted.Append(quote).ToString();
    }

    public static bool IsPrintable(string text, int at, int code) => code == ' ' || CharUnicodeInfo.GetUnicodeCategory(text, at) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>Writes the value; true where any of it is a text of the conversation.</summary>
    private static bool Write(RenderingRun run, Value value, StringBuilder text, int depth)
    {
        run.Step(1);
        if (depth > MaxDepth) throw ChatTemplateException.TooMuch($"prints values that nest deeper than {MaxDepth} levels");
        switch (value)
        {
            case TextValue part:
                run.Make(part.Text.Length);
                text.Append(part.IsMarkup ? $"Markup({Quoted(part.Text)})" : Quoted(part.Text));
                return !part.Provenance.IsTemplate;
            case SequenceValue { Kind: SequenceKind.List } list:
                return WriteItems(run, list.Items, text, ("[", "]"), depth);
            case SequenceValue { Kind: SequenceKind.Tuple } tuple:
                return WriteItems(run, tuple.Items, text, ("(", tuple.Items.Count == 1 ? ",)" : ")"), depth);
            case SequenceValue { Kind: SequenceKind.Range } range:
                text.Append(Globals.Range(range));
                return false;
            case SequenceValue view:
                return WriteItems(run, view.Items, text, ($"{view.TypeName}([", "])"), depth);
            case DictValue dict:
                return WriteMembers(run, dict.Members, text, depth);
            case NamespaceValue space:
                text.Append("<Namespace ");
                var has = WriteMembers(run, space.Attributes.Select(attribute => KeyValuePair.Create<Value, Value>(new TextValue(attribute.Key), attribute.Value)), text, depth);
                text.Append('>');
                return has;
            default:
                text.Append(value switch
                {
                    NoneValue => "None",
                    BoolValue flag => flag.IsTrue ? "True" : "False",
                    IntValue number => number.Number.ToString(CultureInfo.InvariantCulture),
                    FloatValue number => FloatText.Of(number.Number),
                    UndefinedValue => "Undefined",
                    FunctionValue { TypeName: "Macro" } macro => $"<Macro {Quoted(macro.Name)}>",
                    _ => $"<{value.TypeName} object>",
                });
                return false;
        }
    }

    private static bool WriteItems(RenderingRun run, IReadOnlyList<Value> items, StringBuilder text, (string Open, string Close) brackets, int depth)
    {
        var hasContent = false;
        text.Append(brackets.Open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(", ");
            hasContent |= Write(run, items[i], text, depth + 1);
        }
        text.Append(brackets.Close);
        return hasContent;
    }

    private static bool WriteMembers(RenderingRun run, IEnumerable<KeyValuePair<Value, Value>> members, StringBuilder text, int depth)
    {
        var (hasContent, isFirst) = (false, true);
        text.Append('{');
        foreach (var (key, value) in members)
        {
            if (!isFirst) text.Append(", ");
            isFirst = false;
            hasContent |= Write(run, key, text, depth + 1);
            text.Append(": ");
            hasContent |= Write(run, value, text, depth + 1);
        }
        text.Append('}');
        return hasContent;
    }
}
