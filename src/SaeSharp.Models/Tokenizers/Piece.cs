namespace SaeSharp.Models.Tokenizers;

/// <summary>A part of a text on its way to the model; never empty.</summary>
/// <param name="Text">The text it is a part of.</param>
/// <param name="Start">Its first UTF-16 unit there.</param>
/// <param name="End">The unit after its last.</param>
/// <param name="AddedId">The id, where the piece is an added token and goes past the model.</param>
internal readonly record struct Piece(AlignedText Text, int Start, int End, int? AddedId = null)
{
    public int Length => End - Start;

    public ReadOnlySpan<char> Span => Text.Span[Start..End];

    /// <summary>Where it stands in the original text.</summary>
    public (int Start, int End) Origin => Text.OriginOf(Start, End);

    /// <summary>A part of it; both ends count from its own start.</summary>
    public Piece Slice(int start, int end, int? addedId = null) => new(Text, Start + start, Start + end, addedId);

    public static Piece Whole(AlignedText text) => new(text, 0, text.Length);
}
