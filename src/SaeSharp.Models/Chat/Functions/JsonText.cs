using System.Globalization;
using System.Text;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>The filter <c>tojson</c> as chat templates have it: Python's <c>json.dumps</c> with letters beyond ASCII kept and nothing escaped for HTML.</summary>
internal sealed class JsonText
{
    private const int MaxDepth = 100;
    private readonly RenderingRun _run;
    private readonly StringBuilder _text = new();
    private readonly string? _indent;
    private readonly (string Item, string Key) _separators;
    private readonly bool _asciiOnly, _sorted;
    private bool _hasContent;

    private JsonText(RenderingRun run, string? indent, (string, string) separators, bool asciiOnly, bool sorted) =>
        (_run, _indent, _separators, _asciiOnly, _sorted) = (run, indent, separators, asciiOnly, sorted);

    public static TextValue Of(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = given[1] switch
        {
            null or NoneValue => null,
            TextValue text => text.Text,
            var width => new string(' ', Width(run, width)),
        };
        var separators = given[2] is null or NoneValue ? (indent is null ? ", " : ",", ": ") : Separators(Iteration.Of(run, given[2]!));
        var json = new JsonText(run, indent, separators, given[0]?.IsTrue ?? false, given[3]?.IsTrue ?? false);
        json.Write(value, 0);
        var written = json._text.ToString();
        return json._hasContent ? TextValue.Content(written) : new(written);
    }

    private static int Width(RenderingRun run, Value value)
    {
        var width = Math.Max(Numbers.Count(value, "indent"), 0);
        run.Make(width);
        return width;
    }

    private static (string, string) Separators(IReadOnlyList<Value> pair) => pair is [TextValue item, TextValue key] ? (item.Text, key.Text) : throw ChatTemplateException.WrongType("separators must be two texts");

    private void Write(Value value, int depth)
    {
        _run.Step(1);
        if (depth > MaxDepth) throw ChatTemplateException.TooMuch($"prints values that nest deeper than {MaxDepth} levels");
        switch (value)
        {
            case TextValue text:
                Quote(text);
                break;
            case SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } list:
                Inside('[', ']', list.Items, depth, item => Write(item, depth + 1));
                break;
            case DictValue dict:
                var members = dict.Members.Select(member => (Key: Key(member.Key), member.Value)).ToList();
                if (_sorted) members = [.. members.OrderBy(member => member.Key.Text, StringComparer.Ordinal)];
                Inside('{', '}', members, depth, member =>
                {
                    Quote(member.Key);
                    Append(_separators.Key);
                    Write(member.Value, depth + 1);
                });
                break;
            default:
                Append(Scalar(value) ?? throw ChatTemplateException.WrongType($"Object of type {value.TypeName} is not JSON serializable"));
                break;
        }
    }

    private void Inside<T>(char open, char close, IReadOnlyList<T> items, int depth, Action<T> write)
    {
        Append(open.ToString());
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) Append(_separators.Item);
            if (_indent is not null) NewLine(depth + 1);
            write(items[i]);
        }
        if (_indent is not null && items.Count > 0) NewLine(depth);
        Append(close.ToString());
    }

    private void NewLine(int depth)
    {
        Append("\n");
        for (var i = 0; i < depth; i++) Append(_indent!);
    }

    private static string? Scalar(Value value) => value switch
    {
        NoneValue => "null",
        BoolValue flag => flag.IsTrue ? "true" : "false",
        IntValue number => number.Number.ToString(CultureInfo.InvariantCulture),
        FloatValue number => double.IsNaN(number.Number) ? "NaN" : double.IsInfinity(number.Number) ? number.Number > 0 ? "Infinity" : "-Infinity" : FloatText.Of(number.Number),
        _ => null,
    };

    private static TextValue Key(Value key) => key as TextValue
        ?? new(Scalar(key) ?? throw ChatTemplateException.WrongType($"keys must be str, int, float, bool or None, not {key.TypeName}"));

    private void Quote(TextValue text)
    {
        _hasContent |= !text.Provenance.IsTemplate;
        var quoted = new StringBuilder(text.Text.Length + 2).Append('"');
        foreach (var letter in text.Text)
        {
            var escape = letter switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", '\b' => "\\b", '\f' => "\\f", _ => null };
            if (escape is not null) quoted.Append(escape);
            else if (letter < ' ' || _asciiOnly && letter > '~') quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else quoted.Append(letter);
        }
        Append(quoted.Append('"').ToString());
    }

    private void Append(string text)
    {
        _run.Make(text.Length);
        _text.Append(text);
    }
}
