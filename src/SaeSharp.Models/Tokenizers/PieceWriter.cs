using System.Text;

namespace SaeSharp.Models.Tokenizers;

/// <summary>Writes a new text for a piece, character by character, and keeps account of which old ones they stand for.</summary>
/// <remarks>
/// The reference's rule, in which offsets are defined: a character that takes the place of others comes from the first of them,
/// one that is put in comes from the old one before it, and at the very start from no character at all.
/// </remarks>
internal sealed class PieceWriter(Piece piece)
{
    private readonly AlignedText.Builder result = new(piece.Length);
    private int read;   // how much of the piece has been taken

    /// <summary>Passes over the next character: nothing comes from it.</summary>
    public void Skip() => read += LengthAt(read);

    /// <summary>The next character stays as it is.</summary>
    public void Keep()
    {
        var end = read + LengthAt(read);
        result.Copy(piece.Text, piece.Start + read, piece.Start + end);
        read = end;
    }

    /// <summary>Puts a character in.</summary>
    public void Insert(Rune rune) => Add(rune, OriginOfLast());

    /// <summary>A character takes the place of the next one and of <paramref name="more"/> behind it.</summary>
    public void Replace(Rune rune, int more = 0)
    {
        var origin = read < piece.Length ? piece.Text.OriginOf(piece.Start + read) : OriginOfLast();
        Add(rune, origin);
        for (; more >= 0 && read < piece.Length; more--) Skip();
    }

    /// <summary>A character as the reference's change lists state it: 1 is put in, 0 takes the place of one, -n of n + 1.</summary>
    public void Write(Rune rune, int change)
    {
        if (change > 0) Insert(rune);
        else Replace(rune, -change);
    }

    public Piece Build() => Piece.Whole(result.Build());

    private void Add(Rune rune, (int Start, int End) origin)
    {
        Span<char> units = stackalloc char[2];
        result.Add(units[..rune.EncodeToUtf16(units)], origin);
    }

    private (int Start, int End) OriginOfLast()
    {
        if (read > 0) return piece.Text.OriginOf(piece.Start + read - 1);
        var start = piece.Text.OriginOf(piece.Start).Start;
        return (start, start);
    }

    private int LengthAt(int index) => char.IsHighSurrogate(piece.Span[index]) ? 2 : 1;
}
