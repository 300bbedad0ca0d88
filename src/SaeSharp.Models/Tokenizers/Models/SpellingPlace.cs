namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>How far the spelling of a piece has come.</summary>
internal record struct SpellingPlace
{
    /// <summary>The first unit that has not been read.</summary>
    public int Unit { get; set; }

    /// <summary>An unknown character that has been read and not written, because its neighbours may join it.</summary>
    public Symbol? Unknown { get; set; }

    public readonly bool IsEndOf(ReadOnlySpan<char> piece) => Unit == piece.Length && Unknown is null;
}
