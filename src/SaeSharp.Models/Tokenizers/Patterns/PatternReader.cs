using System.Globalization;
using System.Text;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Steps through the code points of a pattern; knows the syntax and the flags in force.</summary>
internal sealed class PatternReader(string pattern, PatternSyntax syntax)
{
    private const int End = -1;
    private readonly Rune[] runes = [.. pattern.EnumerateRunes()];

    public PatternSyntax Syntax => syntax;

    public bool IgnoreCase { get; set; }

    /// <summary>White space and comments in the pattern mean nothing.</summary>
    public bool Extended { get; set; }

    public bool DotTakesNewlines { get; set; }

    /// <summary>^ and $ match at every line.</summary>
    public bool AtLines { get; set; } = syntax == PatternSyntax.Ruby;

    public int Position { get; set; }

    public bool AtEnd => Position == runes.Length;

    /// <summary>The next code point, or -1.</summary>
    public int Next => Ahead(0);

    public int Ahead(int distance) => Position + distance < runes.Length ? runes[Position + distance].Value : End;

    public int Take() => AtEnd ? throw new PatternException("a pattern that does not end here") : runes[Position++].Value;

    public bool TryTake(char expected)
    {
        if (Next != expected) return false;
        Position++;
        return true;
    }

    public bool TryTake(string expected)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (Ahead(i) != expected[i]) return false;
        }
        Position += expected.Length;
        return true;
    }

    public void Require(char expected)
    {
        if (!TryTake(expected)) throw new PatternException($"'{expected}' at character {Position}");
    }

    /// <summary>The characters before <paramref name="end"/>, which is taken too.</summary>
    public string TakeUntil(char end)
    {
        var text = new StringBuilder();
        while (!TryTake(end)) text.Append(new Rune(Take()));
        return text.ToString();
    }

    /// <summary>A decimal number, or null where there is none.</summary>
    public int? TakeNumber()
    {
        const int largest = 100_000;   // Oniguruma's own bound of a repeat
        var start = Position;
        long value = 0;
        while (Next is >= '0' and <= '9') value = Math.Min(value * 10 + Take() - '0', largest + 1);
        if (value > largest) throw new PatternException($"a repeat of {largest.ToString(CultureInfo.InvariantCulture)} at most");
        return Position > start ? (int)value : null;
    }

    /// <summary>The code point of hexadecimal digits, from <paramref name="least"/> to <paramref name="most"/> of them.</summary>
    public int TakeHex(int least, int most)
    {
        var (value, count) = (0, 0);
        for (; count < most && Next is > 0 and < 128 && char.IsAsciiHexDigit((char)Next); count++) value = value * 16 + Convert.ToInt32(((char)Take()).ToString(), 16);
        return count >= least && Rune.IsValid(value) ? value : throw new PatternException($"a code point in hexadecimal digits at character {Position}");
    }
}
