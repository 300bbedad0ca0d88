using System.Globalization;
using System.Text;

namespace SaeSharp.Models.Chat.Syntax;

/// <summary>Reads one word inside a bracket of a template.</summary>
internal sealed class TagLexer(string source)
{
    private static readonly string[] Operators = ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private static readonly Dictionary<char, char> Escapes = new()
    {
        ['n'] = '\n', ['t'] = '\t', ['r'] = '\r', ['\\'] = '\\', ['\''] = '\'', ['"'] = '"', ['a'] = '\a', ['b'] = '\b', ['f'] = '\f', ['v'] = '\v',
    };

    /// <summary>The word at <paramref name="at"/>, where no white space stands, and where it ends.</summary>
    public (TokenKind Kind, string Text, int End) Next(int at, int line)
    {
        var letter = source[at];
        if (char.IsAsciiDigit(letter)) return Number(at);
        if (char.IsLetter(letter) || letter == '_') return Name(at);
        if (letter is '"' or '\'') return Text(at, line);
        foreach (var word in Operators)
            if (string.CompareOrdinal(source, at, word, 0, word.Length) == 0) return (TokenKind.Operator, word, at + word.Length);
        throw ChatTemplateException.Syntax($"unexpected char '{letter}'", line);
    }

    private (TokenKind, string, int) Name(int at)
    {
        var end = at + 1;
        while (end < source.Length && (char.IsLetterOrDigit(source[end]) || source[end] == '_')) end++;
        return (TokenKind.Name, source[at..end], end);
    }

    /// <summary>A whole number, or one with a fraction or an exponent; a point behind a name's point is no fraction (<c>x.1.2</c>).</summary>
    private (TokenKind, string, int) Number(int at)
    {
        if (source[at] == '0' && at + 2 < source.Length && Radix(source[at + 1]) is var radix and > 0 && IsDigit(source[at + 2], radix))
        {
            var last = at + 2;
            while (last < source.Length && (IsDigit(source[last], radix) || source[last] == '_')) last++;
            return (TokenKind.Integer, source[at..last].TrimEnd('_'), last);
        }
        var end = Digits(at);
        var (isFloat, afterPoint) = (false, at > 0 && source[at - 1] == '.');
        if (!afterPoint && end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1])) (isFloat, end) = (true, Digits(end + 1));
        if (!afterPoint && end < source.Length && source[end] is 'e' or 'E')
        {
            var exponent = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent])) (isFloat, end) = (true, Digits(exponent));
        }
        return (isFloat ? TokenKind.Float : TokenKind.Integer, source[at..end].Replace("_", "", StringComparison.Ordinal), end);
    }

    private int Digits(int at)
    {
        while (at < source.Length && (char.IsAsciiDigit(source[at]) || source[at] == '_' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]))) at++;
        return at;
    }

    private static int Radix(char letter) => letter switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 0 };

    private static bool IsDigit(char letter, int radix) => char.IsAsciiHexDigit(letter) && Convert.ToInt32(letter.ToString(), 16) < radix;

    private (TokenKind, string, int) Text(int at, int line)
    {
        var text = new StringBuilder();
        for (var i = at + 1; i < source.Length; i++)
        {
            if (source[i] == source[at]) return (TokenKind.Text, text.ToString(), i + 1);
            if (source[i] == '\\' && i + 1 < source.Length) i = Escape(i, text, line);
            else text.Append(source[i]);
        }
        throw ChatTemplateException.Syntax("a text is opened and never closed", line);
    }

    /// <summary>Adds what the escape at <paramref name="at"/> means, and returns its last place. One that means nothing stays as it stands.</summary>
    private int Escape(int at, StringBuilder text, int line)
    {
        var letter = source[at + 1];
        if (letter == '\n') return at + 1;
        if (Escapes.TryGetValue(letter, out var meant))
        {
            text.Append(meant);
            return at + 1;
        }
        if (letter is >= '0' and <= '7')
        {
            var end = at + 2;
            while (end < at + 4 && end < source.Length && source[end] is >= '0' and <= '7') end++;
            text.Append((char)Convert.ToInt32(source[(at + 1)..end], 8));
            return end - 1;
        }
        var digits = letter switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (letter == 'N') throw ChatTemplateException.Syntax("an escape \\N{...} names a character, which cannot be read", line);
        if (digits == 0)
        {
            text.Append('\\').Append(letter);
            return at + 1;
        }
        if (at + 2 + digits > source.Length || !uint.TryParse(source.AsSpan(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0x10FFFF)
            throw ChatTemplateException.Syntax($"an escape \\{letter} needs {digits} hexadecimal digits of a character", line);
        if (code > char.MaxValue) text.Append(char.ConvertFromUtf32((int)code));
        else text.Append((char)code);
        return at + 1 + digits;
    }
}
