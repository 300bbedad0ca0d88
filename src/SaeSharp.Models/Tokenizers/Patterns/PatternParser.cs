using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Reads a regular expression. What it does not know it refuses: back references, conditions, calls, grapheme clusters.</summary>
internal sealed class PatternParser
{
    private const int Deepest = 100;
    private readonly PatternReader reader;
    private int depth;

    private PatternParser(PatternReader reader) => this.reader = reader;

    /// <exception cref="PatternException">The pattern is malformed, or asks for what is not supported.</exception>
    public static PatternNode Parse(string pattern, PatternSyntax syntax)
    {
        var parser = new PatternParser(new(pattern, syntax));
        var node = parser.ReadChoice();
        return parser.reader.AtEnd ? node : throw new PatternException($"no ')' at character {parser.reader.Position}, for no group is open");
    }

    private PatternNode ReadChoice()
    {
        if (++depth > Deepest) throw new PatternException($"groups nested {Deepest} deep at most");
        var ways = new List<PatternNode> { ReadSequence() };
        while (reader.TryTake('|')) ways.Add(ReadSequence());
        depth--;
        return ways.Count == 1 ? ways[0] : new PatternNode.Choice(ways);
    }

    private PatternNode ReadSequence()
    {
        var parts = new List<PatternNode>();
        while (!reader.AtEnd && reader.Next is not ('|' or ')'))
        {
            if (SkipExtended()) continue;
            if (ReadFlags(out var rest))
            {
                if (rest is not null) parts.Add(rest);
                continue;
            }
            parts.Add(ReadQuantifiers(ReadAtom()));
        }
        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    private bool SkipExtended()
    {
        if (!reader.Extended) return false;
        if (reader.Next is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
        {
            reader.Take();
            return true;
        }
        if (reader.Next != '#') return false;
        while (!reader.AtEnd && reader.Take() != '\n') { }
        return true;
    }

    /// <summary>Flags to the end of the group, <c>(?i)</c>: in Ruby's syntax what follows them, alternatives too, is a group of its own.</summary>
    private bool ReadFlags(out PatternNode? rest)
    {
        rest = null;
        if (reader.Next != '(' || reader.Ahead(1) != '?') return false;
        var start = reader.Position;
        reader.Position += 2;
        if (reader.TryTake('#'))
        {
            reader.TakeUntil(')');
            return true;
        }
        var before = Flags();
        if (!TakeFlags() || !reader.TryTake(')'))
        {
            Restore(before);
            reader.Position = start;
            return false;
        }
        if (reader.Syntax == PatternSyntax.Ruby)
        {
            rest = ReadChoice();
            Restore(before);
        }
        return true;
    }

    private PatternNode ReadQuantifiers(PatternNode atom)
    {
        while (true)
        {
            while (SkipExtended()) { }
            var start = reader.Position;
            if (ReadBounds() is not { } bounds)
            {
                reader.Position = start;
                return atom;
            }
            var braces = bounds.Braces;
            var lazy = reader.TryTake('?');
            if (lazy && braces && bounds.Fixed && reader.Syntax == PatternSyntax.Ruby)
            {
                // a{n}? is a{n} or nothing in Ruby's syntax.
                atom = new PatternNode.Repeat(new PatternNode.Repeat(atom, bounds.Min, bounds.Max, Lazy: false), 0, 1, Lazy: false);
                continue;
            }
            var possessive = !lazy && (!braces || reader.Syntax == PatternSyntax.Rust) && reader.TryTake('+');
            atom = new PatternNode.Repeat(atom, bounds.Min, bounds.Max, lazy);
            if (possessive) atom = new PatternNode.Atomic(atom);
        }
    }

    private (int Min, int Max, bool Braces, bool Fixed)? ReadBounds()
    {
        if (reader.TryTake('*')) return (0, -1, false, false);
        if (reader.TryTake('+')) return (1, -1, false, false);
        if (reader.TryTake('?')) return (0, 1, false, false);
        if (!reader.TryTake('{')) return null;
        var least = reader.TakeNumber();
        if (!reader.TryTake(',')) return least is { } times && reader.TryTake('}') ? (times, times, true, true) : null;
        var most = reader.TakeNumber();
        if (!reader.TryTake('}') || least is null && most is null) return null;   // then the brace is a character
        if (least > most) throw new PatternException($"a repeat whose bounds go up, at character {reader.Position}");
        return (least ?? 0, most ?? -1, true, false);
    }

    private PatternNode ReadAtom()
    {
        var character = reader.Take();
        switch (character)
        {
            case '(': return ReadGroup();
            case '[': return new PatternNode.One(ClassParser.Brackets(reader));
            case '.': return new PatternNode.One(reader.DotTakesNewlines ? CodePointSet.All : CodePointSet.Of('\n').Not());
            case '^': return new PatternNode.At(reader.AtLines ? PatternPlace.LineStart : PatternPlace.TextStart);
            case '$': return new PatternNode.At(reader.AtLines ? PatternPlace.LineEnd : PatternPlace.TextEnd);
            case '\\': return ReadEscape();
            case '*' or '+' or '?': throw new PatternException($"something to repeat before '{(char)character}' at character {reader.Position - 1}");
            default: return Literal(character);
        }
    }

    private PatternNode ReadGroup()
    {
        if (!reader.TryTake('?')) return Inside(node => node);
        if (reader.TryTake(':')) return Inside(node => node);
        if (reader.TryTake('>')) return Inside(node => new PatternNode.Atomic(node));
        if (reader.TryTake('=')) return Inside(node => new PatternNode.Look(node, Behind: false, Negated: false));
        if (reader.TryTake('!')) return Inside(node => new PatternNode.Look(node, Behind: false, Negated: true));
        if (reader.TryTake("<=")) return Inside(node => new PatternNode.Look(node, Behind: true, Negated: false));
        if (reader.TryTake("<!")) return Inside(node => new PatternNode.Look(node, Behind: true, Negated: true));
        if (reader.TryTake("P<") || reader.TryTake('<'))
        {
            reader.TakeUntil('>');
            return Inside(node => node);
        }
        var before = Flags();
        if (!TakeFlags() || !reader.TryTake(':')) throw new PatternException($"a known kind of group at character {reader.Position}");
        return Inside(node => node, before);
    }

    private PatternNode Inside(Func<PatternNode, PatternNode> wrap, (bool, bool, bool, bool)? flags = null)
    {
        var before = flags ?? Flags();
        var node = ReadChoice();
        reader.Require(')');
        Restore(before);
        return wrap(node);
    }

    private PatternNode ReadEscape()
    {
        if (reader.AtEnd) throw new PatternException("a character after the last '\\'");
        PatternPlace? place = reader.Next switch
        {
            'A' => PatternPlace.TextStart,
            'z' => PatternPlace.TextEnd,
            'Z' => PatternPlace.BeforeLastNewline,
            'b' => PatternPlace.WordBoundary,
            'B' => PatternPlace.NoWordBoundary,
            _ => null,
        };
        if (place is { } at)
        {
            reader.Take();
            return new PatternNode.At(at);
        }
        if (reader.TryTake('R')) return LineBreak();
        if (reader.Next is (>= '1' and <= '9') or 'k' or 'g' or 'K' or 'X' or 'G' or 'O' or 'N' or 'y' or 'Y')
            throw new PatternException($"no '\\{(char)reader.Next}', which is not supported, at character {reader.Position}");
        var set = ClassParser.Escape(reader);
        if (set is null) return Literal(reader.Take());
        return new PatternNode.One(reader.IgnoreCase ? CaseFolding.Close(set) : set);
    }

    private PatternNode.One Literal(int character)
    {
        var set = CodePointSet.Of(character);
        return new(reader.IgnoreCase ? CaseFolding.Close(set) : set);
    }

    /// <summary>\R: a carriage return and line feed together, or any one line break.</summary>
    private static PatternNode.Atomic LineBreak() => new(new PatternNode.Choice([
        new PatternNode.Sequence([new PatternNode.One(CodePointSet.Of('\r')), new PatternNode.One(CodePointSet.Of('\n'))]),
        new PatternNode.One(CodePointSet.Of([('\n', '\r'), (0x85, 0x85), (0x2028, 0x2029)]))]));

    private (bool, bool, bool, bool) Flags() => (reader.IgnoreCase, reader.Extended, reader.DotTakesNewlines, reader.AtLines);

    private void Restore((bool, bool, bool, bool) flags) => (reader.IgnoreCase, reader.Extended, reader.DotTakesNewlines, reader.AtLines) = flags;

    /// <summary>Letters of flags, those after a minus off; false where something else comes first.</summary>
    private bool TakeFlags()
    {
        var on = true;
        while (reader.Next is not (')' or ':'))
        {
            var known = (reader.Next, reader.Syntax) switch
            {
                ('-', _) => !(on = false),
                ('i', _) => (reader.IgnoreCase = on) | true,
                ('x', _) => (reader.Extended = on) | true,
                ('m', PatternSyntax.Ruby) or ('s', PatternSyntax.Rust) => (reader.DotTakesNewlines = on) | true,
                ('m', PatternSyntax.Rust) => (reader.AtLines = on) | true,
                ('u', PatternSyntax.Rust) => true,
                _ => false,
            };
            if (!known) return false;
            reader.Take();
        }
        return true;
    }
}
