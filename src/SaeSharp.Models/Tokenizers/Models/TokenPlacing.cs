using System.Text;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Turns sizes in bytes into ranges of UTF-16 units, token by token: each covers every character it has a byte of.</summary>
/// <param name="piece">The text that the tokens cover from its start.</param>
internal ref struct TokenPlacing(ReadOnlySpan<char> piece)
{
    private readonly ReadOnlySpan<char> piece = piece;
    private int unit, unitBytes;   // the character at unit begins after unitBytes bytes
    private int end;               // the bytes of all tokens so far

    public ModelToken Next(Symbol symbol)
    {
        var start = Seek(end, out _);
        end += symbol.Bytes;
        return new(symbol.Id, start, Seek(end - 1, out var length) + length);
    }

    /// <summary>Moves forward to the character that holds byte <paramref name="target"/>, and returns its first unit.</summary>
    private int Seek(int target, out int length)
    {
        while (true)
        {
            Rune.DecodeFromUtf16(piece[unit..], out var rune, out length);
            if (unitBytes + rune.Utf8SequenceLength > target) return unit;
            unitBytes += rune.Utf8SequenceLength;
            unit += length;
        }
    }
}
