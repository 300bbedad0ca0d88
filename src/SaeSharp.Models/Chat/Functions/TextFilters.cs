using System.Net;
using System.Text.RegularExpressions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Filters that make one text from another. What is no text is printed first.</summary>
internal static partial class TextFilters
{
    public static readonly Dictionary<string, Filter> Rows = new()
    {
        ["trim"] = (run, value, arguments) => TextMethods.Strip(run, PythonText.Of(run, value), arguments.Bind("trim", "chars")[0], left: true, right: true),
        ["upper"] = (run, value, _) => Made(run, value, TextMethods.Upper),
        ["lower"] = (run, value, _) => Made(run, value, TextMethods.Lower),
        ["capitalize"] = (run, value, _) => Made(run, value, TextMethods.Capitalized),
        ["title"] = (run, value, _) => Made(run, value, Titled),
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["center"] = (run, value, arguments) => Lookup.Attribute(PythonText.Of(run, value), "center") is FunctionValue center ? center.Call(run, arguments.Positional.Count + arguments.Named.Count > 0 ? arguments : Arguments.Of(IntValue.Of(80))) : value,
        ["format"] = (run, value, arguments) => PercentFormat.Apply(run, PythonText.Of(run, value), arguments.Named.Count > 0
            ? new DictValue(Named(arguments))
            : SequenceValue.Tuple(arguments.Positional)),
        ["truncate"] = Truncate,
        ["wordcount"] = (run, value, _) => IntValue.Of(Words().Count(PythonText.Of(run, value).Text)),
        ["safe"] = (run, value, _) => PythonText.Of(run, value) is var text ? new TextValue(text.Text, text.Provenance, isMarkup: true) : value,
        ["escape"] = (run, value, _) => Escaped(run, PythonText.Of(run, value)),
        ["e"] = (run, value, _) => Escaped(run, PythonText.Of(run, value)),
        ["forceescape"] = (run, value, _) => PythonText.Of(run, value) is var text ? Escaped(run, new(text.Text, text.Provenance)) : value,
        ["urlencode"] = (run, value, _) => Made(run, value, text => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal)),
        ["striptags"] = (run, value, _) => Made(run, value, text => string.Join(' ', WebUtility.HtmlDecode(Markup().Replace(text, "")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))),
    };

    /// <summary>The text for HTML; what is HTML already stays as it is.</summary>
    public static TextValue Escaped(RenderingRun run, TextValue text)
    {
        if (text.IsMarkup) return text;
        foreach (var (letter, entity) in new[] { ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;") }) text = TextMethods.Replace(run, text, new(letter), new(entity), -1);
        return new(text.Text, text.Provenance, isMarkup: true);
    }

    private static TextValue Made(RenderingRun run, Value value, Func<string, string> make)
    {
        var text = PythonText.Of(run, value);
        run.Make(text.Text.Length);
        return text.Derived(make(text.Text));
    }

    private static TextValue Replace(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("replace", "old", "new", "count");
        if (given[0] is null || given[1] is null) throw ChatTemplateException.WrongType("replace() takes an old and a new text");
        return TextMethods.Replace(run, PythonText.Of(run, value), PythonText.Of(run, given[0]!), PythonText.Of(run, given[1]!), given[2] is null or NoneValue ? -1 : Numbers.Count(given[2]!, "count"));
    }

    private static TextValue Indent(RenderingRun run, Value value, Arguments arguments)
    {
        if (value is UndefinedValue undefined) throw undefined.Failure();
        if (value is not TextValue text) throw ChatTemplateException.WrongType($"unsupported operand type(s) for +=: '{value.TypeName}' and 'str'");
        var given = arguments.Bind("indent", "width", "first", "blank");
        var (first, blank) = (given[1]?.IsTrue ?? false, given[2]?.IsTrue ?? false);
        var indent = given[0] as TextValue ?? new(Spaces(run, given[0] is null ? 4 : Numbers.Count(given[0]!, "width")));
        var lines = TextSplitting.Lines(run, new TextBuilder(run).Append(text).Append("\n").Build(), keepEnds: false).Items;
        var indented = new TextBuilder(run);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0) indented.Append("\n");
            if (i == 0 ? first : blank || lines[i].IsTrue) indented.Append(indent);
            indented.Append((TextValue)lines[i]);
        }
        return indented.Build(text.IsMarkup);
    }

    private static string Spaces(RenderingRun run, int width)
    {
        run.Make(Math.Max(width, 0));
        return new(' ', Math.Max(width, 0));
    }

    private static TextValue Truncate(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        var text = PythonText.Of(run, value);
        var length = given[0] is null ? 255 : Numbers.Count(given[0]!, "length");
        var end = given[2] is null ? new("...") : PythonText.Of(run, given[2]!);
        var leeway = given[3] is null or NoneValue ? 5 : Numbers.Count(given[3]!, "leeway");
        if (length < end.Length || leeway < 0) throw ChatTemplateException.WrongValue($"expected length >= {end.Length}, got {length}");
        if (text.Length <= (long)length + leeway) return text;
        var cut = text.Slice(0, length - end.Length);
        if (!(given[1]?.IsTrue ?? false) && cut.Text.LastIndexOf(' ') is var space and >= 0) cut = cut.Units(0, space);
        return new TextBuilder(run).Append(cut).Append(end).Build();
    }

    private static OrderedDictionary<Value, Value> Named(Arguments arguments)
    {
        if (arguments.Positional.Count > 0) throw ChatTemplateException.BadFilterArgument("can't handle positional and keyword arguments at the same time");
        var members = DictValue.NewMembers();
        foreach (var (name, value) in arguments.Named) members[new TextValue(name)] = value;
        return members;
    }

    private static string Titled(string text) => string.Concat(WordBeginnings().Split(text).Select(TextMethods.Capitalized));

    [GeneratedRegex(@"([-\s({\[<]+)", RegexOptions.CultureInvariant)]
    private static partial Regex WordBeginnings();

    [GeneratedRegex(@"\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(@"<!--.*?-->|<[^>]*>", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Markup();
}
