using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Reads sets of code points: escapes such as <c>\p{L}</c>, and classes in brackets with nesting and <c>&amp;&amp;</c>.</summary>
internal static class ClassParser
{
    private const int Deepest = 100;

    private static readonly Dictionary<string, Func<CodePointSet>> Posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = () => UnicodeClasses.Named("L")!.Or(UnicodeClasses.Named("M")!).Or(UnicodeClasses.Digit),
        ["alpha"] = () => UnicodeClasses.Named("L")!.Or(UnicodeClasses.Named("M")!),
        ["ascii"] = () => CodePointSet.Range(0, 0x7F),
        ["blank"] = () => UnicodeClasses.Named("Zs")!.Or(CodePointSet.Of('\t')),
        ["cntrl"] = () => UnicodeClasses.Named("Cc")!,
        ["digit"] = () => UnicodeClasses.Digit,
        ["graph"] = () => UnicodeClasses.Space.Or(UnicodeClasses.Named("Cc")!).Or(UnicodeClasses.Named("Cn")!).Or(UnicodeClasses.Named("Cs")!).Not(),
        ["lower"] = () => UnicodeClasses.Named("Ll")!,
        ["print"] = () => UnicodeClasses.Named("Cc")!.Or(UnicodeClasses.Named("Cn")!).Or(UnicodeClasses.Named("Cs")!).Not(),
        ["punct"] = () => UnicodeClasses.Named("P")!.Or(CodePointSet.Of("$+<=>^`|~".Select(unit => ((int)unit, (int)unit)))),
        ["space"] = () => UnicodeClasses.Space,
        ["upper"] = () => UnicodeClasses.Named("Lu")!,
        ["word"] = () => UnicodeClasses.Word,
        ["xdigit"] = () => UnicodeClasses.HexDigit,
    };

    /// <summary>The set or the character of the escape whose letter comes next; null where it is neither.</summary>
    public static CodePointSet? Escape(PatternReader reader)
    {
        var letter = reader.Next;
        if (ShorthandOf(letter) is { } shorthand)
        {
            reader.Take();
            return shorthand;
        }
        if (letter is 'p' or 'P' && (reader.Ahead(1) == '{' || reader.Syntax == PatternSyntax.Rust)) return Property(reader);
        return CharacterEscape(reader) is { } character ? CodePointSet.Of(character) : null;
    }

    /// <summary>What stands between <c>[</c>, which has been taken, and its <c>]</c>.</summary>
    public static CodePointSet Brackets(PatternReader reader, int depth = 0)
    {
        if (depth > Deepest) throw new PatternException($"classes nested {Deepest} deep at most");
        var negated = reader.TryTake('^');
        var result = default(CodePointSet);
        var current = CodePointSet.Empty;
        for (var first = true; first || reader.Next != ']'; first = false)
        {
            if (reader.TryTake("&&")) (result, current) = (Both(result, current), CodePointSet.Empty);
            else current = current.Or(Member(reader, depth));
        }
        reader.Require(']');
        var set = Both(result, current);
        if (reader.IgnoreCase) set = CaseFolding.Close(set);
        return negated ? set.Not() : set;

        static CodePointSet Both(CodePointSet? left, CodePointSet right) => left is null ? right : left.And(right);
    }

    /// <summary>A range, a character, an escape, a class or the name of one.</summary>
    private static CodePointSet Member(PatternReader reader, int depth)
    {
        if (reader.TryTake("[:")) return Named(reader);
        if (reader.TryTake('[')) return Brackets(reader, depth + 1);
        var set = Character(reader);
        if (set.Single is not { } first || reader.Next != '-' || reader.Ahead(1) is ']' or '[' or -1 || reader.Ahead(1) == '&' && reader.Ahead(2) == '&') return set;

        reader.Take();
        var last = Character(reader);
        if (last.Single is not { } end) return set.Or(CodePointSet.Of('-')).Or(last);
        return first <= end ? CodePointSet.Range(first, end) : throw new PatternException($"a range that goes up, at character {reader.Position}");
    }

    private static CodePointSet Character(PatternReader reader)
    {
        if (!reader.TryTake('\\')) return CodePointSet.Of(reader.Take());
        if (reader.TryTake('b')) return CodePointSet.Of('\b');
        return Escape(reader) ?? CodePointSet.Of(reader.Take());
    }

    private static CodePointSet Named(PatternReader reader)
    {
        var negated = reader.TryTake('^');
        var name = reader.TakeUntil(':');
        reader.Require(']');
        if (!Posix.TryGetValue(name, out var build)) throw new PatternException($"a known class instead of [:{name}:]");
        return negated ? build().Not() : build();
    }

    private static CodePointSet Property(PatternReader reader)
    {
        var negated = reader.Take() == 'P';
        var name = "";
        if (reader.TryTake('{'))
        {
            if (reader.TryTake('^')) negated = !negated;
            name = reader.TakeUntil('}');
        }
        else name = ((char)reader.Take()).ToString();
        var value = name[(name.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var set = UnicodeClasses.Named(value) ?? (Posix.TryGetValue(value.ToLowerInvariant(), out var build) ? build() : throw new PatternException($"a known Unicode class instead of '{name}'"));
        return negated ? set.Not() : set;
    }

    private static CodePointSet? ShorthandOf(int letter) => letter switch
    {
        's' => UnicodeClasses.Space,
        'S' => UnicodeClasses.Space.Not(),
        'd' => UnicodeClasses.Digit,
        'D' => UnicodeClasses.Digit.Not(),
        'w' => UnicodeClasses.Word,
        'W' => UnicodeClasses.Word.Not(),
        'h' => UnicodeClasses.HexDigit,
        'H' => UnicodeClasses.HexDigit.Not(),
        _ => null,
    };

    private static int? CharacterEscape(PatternReader reader)
    {
        int? known = reader.Next switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'f' => '\f', 'v' => '\v', 'a' => '\a', 'e' => 0x1B, _ => null };
        if (known is not null)
        {
            reader.Take();
            return known;
        }
        if (reader.TryTake('u')) return Braced(reader) ?? reader.TakeHex(4, 4);
        if (reader.TryTake('x')) return Braced(reader) ?? reader.TakeHex(1, 2);
        if (reader.TryTake('0')) return Octal(reader);
        return null;
    }

    private static int? Braced(PatternReader reader)
    {
        const int mostDigits = 6;
        if (!reader.TryTake('{')) return null;
        var point = reader.TakeHex(1, mostDigits);
        reader.Require('}');
        return point;
    }

    private static int Octal(PatternReader reader)
    {
        var value = 0;
        for (var count = 0; count < 2 && reader.Next is >= '0' and <= '7'; count++) value = value * 8 + reader.Take() - '0';
        return value;
    }
}
