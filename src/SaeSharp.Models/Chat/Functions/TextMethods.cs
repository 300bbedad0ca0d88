using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Methods of a text.</summary>
internal static class TextMethods
{
    private delegate Value Method(RenderingRun run, TextValue text, Arguments arguments);

    private static readonly Dictionary<string, Method> Methods = new(StringComparer.Ordinal)
    {
        ["strip"] = (run, text, arguments) => Strip(run, text, arguments, "strip", left: true, right: true),
        ["lstrip"] = (run, text, arguments) => Strip(run, text, arguments, "lstrip", left: true, right: false),
        ["rstrip"] = (run, text, arguments) => Strip(run, text, arguments, "rstrip", left: false, right: true),
        ["split"] = (run, text, arguments) => TextSplitting.Split(run, text, arguments, fromRight: false),
        ["rsplit"] = (run, text, arguments) => TextSplitting.Split(run, text, arguments, fromRight: true),
        ["splitlines"] = (run, text, arguments) => TextSplitting.Lines(run, text, arguments.Bind("splitlines", "keepends")[0]?.IsTrue ?? false),
        ["partition"] = (run, text, arguments) => TextSplitting.Partition(run, text, arguments, fromRight: false),
        ["rpartition"] = (run, text, arguments) => TextSplitting.Partition(run, text, arguments, fromRight: true),
        ["join"] = (run, text, arguments) => Join(run, text, arguments.Only("join", "iterable")),
        ["replace"] = Replace,
        ["startswith"] = (run, text, arguments) => TextSearch.HasAffix(text, arguments, "startswith", (part, affix) => part.StartsWith(affix, StringComparison.Ordinal)),
        ["endswith"] = (run, text, arguments) => TextSearch.HasAffix(text, arguments, "endswith", (part, affix) => part.EndsWith(affix, StringComparison.Ordinal)),
        ["find"] = (run, text, arguments) => TextSearch.Find(run, text, arguments, "find", fromRight: false),
        ["rfind"] = (run, text, arguments) => TextSearch.Find(run, text, arguments, "rfind", fromRight: true),
        ["index"] = (run, text, arguments) => TextSearch.Find(run, text, arguments, "index", fromRight: false),
        ["rindex"] = (run, text, arguments) => TextSearch.Find(run, text, arguments, "rindex", fromRight: true),
        ["count"] = TextSearch.Count,
        ["upper"] = (run, text, _) => Made(run, text, Upper),
        ["lower"] = (run, text, _) => Made(run, text, Lower),
        ["casefold"] = (run, text, _) => Made(run, text, letters => Lower(letters).Replace("ß", "ss", StringComparison.Ordinal)),
        ["capitalize"] = (run, text, _) => Made(run, text, Capitalized),
        ["title"] = (run, text, _) => Made(run, text, Titled),
        ["swapcase"] = (run, text, _) => Made(run, text, letters => string.Concat(letters.Select(letter => char.IsUpper(letter) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)))),
        ["center"] = (run, text, arguments) => Pad(run, text, arguments, "center"),
        ["ljust"] = (run, text, arguments) => Pad(run, text, arguments, "ljust"),
        ["rjust"] = (run, text, arguments) => Pad(run, text, arguments, "rjust"),
        ["zfill"] = ZeroFill,
        ["removeprefix"] = (run, text, arguments) => arguments.Only("removeprefix", "prefix") is TextValue prefix && text.Text.StartsWith(prefix.Text, StringComparison.Ordinal) ? text.Units(prefix.Text.Length, text.Text.Length) : text,
        ["removesuffix"] = (run, text, arguments) => arguments.Only("removesuffix", "suffix") is TextValue suffix && text.Text.EndsWith(suffix.Text, StringComparison.Ordinal) ? text.Units(0, text.Text.Length - suffix.Text.Length) : text,
        ["format"] = BraceFormat.Apply,
        ["isalpha"] = (_, text, _) => All(text, char.IsLetter),
        ["isdigit"] = (_, text, _) => All(text, letter => char.IsDigit(letter) || letter is '²' or '³' or '¹'),
        ["isdecimal"] = (_, text, _) => All(text, char.IsDigit),
        ["isnumeric"] = (_, text, _) => All(text, char.IsNumber),
        ["isalnum"] = (_, text, _) => All(text, letter => char.IsLetter(letter) || char.IsNumber(letter)),
        ["isspace"] = (_, text, _) => All(text, Syntax.PythonSpace.Is),
        ["isascii"] = (_, text, _) => BoolValue.Of(text.Text.All(char.IsAscii)),
        ["isupper"] = (_, text, _) => BoolValue.Of(IsUpper(text.Text)),
        ["islower"] = (_, text, _) => BoolValue.Of(IsLower(text.Text)),
    };

    public static FunctionValue? Find(TextValue text, string name) => Methods.TryGetValue(name, out var method)
        ? new(name, "builtin_function_or_method", (run, arguments) =>
        {
            run.Step(text.Text.Length / 64); // most methods look at every character
            return method(run, text, arguments);
        })
        : null;

    public static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    public static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    public static string Lower(string text) => text.ToLowerInvariant();

    public static string Capitalized(string text) => text.Length == 0 ? text : Upper(text[..FirstLength(text)]) + Lower(text[FirstLength(text)..]);

    /// <summary>A text without white space, or without the characters of <paramref name="characters"/>, at its ends.</summary>
    public static TextValue Strip(RenderingRun run, TextValue text, Value? characters, bool left, bool right)
    {
        if (characters is not (null or NoneValue or TextValue)) throw ChatTemplateException.WrongType($"strip arg must be None or str, not {characters.TypeName}");
        var set = (characters as TextValue)?.Text;
        run.Search(text.Text.Length, set?.Length ?? 0);
        bool IsOut(char letter) => set is null ? Syntax.PythonSpace.Is(letter) : set.Contains(letter, StringComparison.Ordinal);
        var (start, end) = (0, text.Text.Length);
        while (left && start < end && IsOut(text.Text[start])) start++;
        while (right && end > start && IsOut(text.Text[end - 1])) end--;
        return text.Units(start, end);
    }

    public static TextValue Join(RenderingRun run, TextValue separator, Value items)
    {
        var joined = new TextBuilder(run);
        foreach (var (i, item) in Iteration.Of(run, items).Index())
        {
            if (i > 0) joined.Append(separator);
            joined.Append(item as TextValue ?? throw ChatTemplateException.WrongType($"sequence item {i}: expected str instance, {item.TypeName} found"));
        }
        return joined.Build(separator.IsMarkup);
    }

    /// <summary>Every <paramref name="old"/> in the text becomes <paramref name="made"/>, at most <paramref name="most"/> of them where that is not negative.</summary>
    public static TextValue Replace(RenderingRun run, TextValue text, TextValue old, TextValue made, int most)
    {
        run.Search(text.Text.Length, old.Text.Length);
        var (replaced, at, source) = (new TextBuilder(run), 0, text.Text);
        if (old.Text.Length == 0)
        {
            for (var i = 0; i <= text.Length && most != 0; i++, most--)
            {
                replaced.Append(made);
                at = text.UnitOf(Math.Min(i + 1, text.Length));
                replaced.Append(text.Units(text.UnitOf(i), at));
            }
            return replaced.Append(text.Units(at, source.Length)).Build(text.IsMarkup);
        }
        for (var found = source.IndexOf(old.Text, StringComparison.Ordinal); found >= 0 && most != 0; found = source.IndexOf(old.Text, at, StringComparison.Ordinal), most--)
        {
            replaced.Append(text.Units(at, found)).Append(made);
            at = found + old.Text.Length;
        }
        return at == 0 ? text : replaced.Append(text.Units(at, source.Length)).Build(text.IsMarkup);
    }

    private static TextValue Strip(RenderingRun run, TextValue text, Arguments arguments, string name, bool left, bool right) => Strip(run, text, arguments.Bind(name, "chars")[0], left, right);

    private static TextValue Replace(RenderingRun run, TextValue text, Arguments arguments)
    {
        var given = arguments.Bind("replace", "old", "new", "count");
        if (given[0] is not TextValue old || given[1] is not TextValue made) throw ChatTemplateException.WrongType($"replace() argument {(given[0] is TextValue ? 2 : 1)} must be str, not {(given[0] is TextValue ? given[1] : given[0])?.TypeName ?? "missing"}");
        return Replace(run, text, old, made, given[2] is { } count ? Numbers.Count(count, "count") : -1);
    }

    private static TextValue Made(RenderingRun run, TextValue text, Func<string, string> make)
    {
        run.Make(text.Text.Length);
        return text.Derived(make(text.Text));
    }

    private static TextValue Pad(RenderingRun run, TextValue text, Arguments arguments, string name)
    {
        var given = arguments.Bind(name, "width", "fillchar");
        if (given[0] is null) throw ChatTemplateException.WrongType($"{name} expected at least 1 argument, got 0");
        var fill = given[1] is null ? " " : given[1] is TextValue { Length: 1 } character ? character.Text : throw ChatTemplateException.WrongType("The fill character must be exactly one character long");
        var width = Numbers.Count(given[0]!, "width");
        var missing = Math.Max(width - text.Length, 0);
        run.Make((long)missing * fill.Length);
        var left = name switch { "ljust" => 0, "rjust" => missing, _ => missing / 2 + (missing & width & 1) };
        return new TextBuilder(run).Append(string.Concat(Enumerable.Repeat(fill, left))).Append(text).Append(string.Concat(Enumerable.Repeat(fill, missing - left))).Build();
    }

    private static TextValue ZeroFill(RenderingRun run, TextValue text, Arguments arguments)
    {
        var missing = Math.Max(Numbers.Count(arguments.Only("zfill", "width"), "width") - text.Length, 0);
        run.Make(missing);
        var sign = text.Text.StartsWith('-') || text.Text.StartsWith('+') ? 1 : 0;
        return new TextBuilder(run).Append(text.Units(0, sign)).Append(new string('0', missing)).Append(text.Units(sign, text.Text.Length)).Build();
    }

    private static string Titled(string text)
    {
        var titled = text.ToCharArray();
        for (var i = 0; i < titled.Length; i++) titled[i] = i > 0 && char.IsLetter(text[i - 1]) ? char.ToLowerInvariant(text[i]) : char.ToUpperInvariant(text[i]);
        return new(titled);
    }

    private static int FirstLength(string text) => text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;

    private static BoolValue All(TextValue text, Func<char, bool> test) => BoolValue.Of(text.Text.Length > 0 && text.Text.All(test));
}
