namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>Remembers while a text is merged how its unused pieces came about, and takes them apart again.</summary>
internal sealed class UnusedPieces(PieceVocabulary pieces)
{
    private readonly Dictionary<int, int> halves = [];   // of an unused piece, how long its left part was when it was last possible

    /// <summary>Two neighbours could be merged to a piece.</summary>
    public void Note(int id, int start, int middle, int end)
    {
        if (pieces.KindOf(id) == PieceKind.Unused && end > middle) halves[id] = middle - start;
    }

    /// <summary>The parts of a symbol, first to last, that are pieces in use.</summary>
    public List<(int Start, int End)> TakeApart(ReadOnlySpan<char> text, int start, int end)
    {
        var parts = new List<(int, int)>();
        var rest = new Stack<(int Start, int End)>([(start, end)]);
        while (rest.TryPop(out var part))
        {
            if (pieces.IdOf(text[part.Start..part.End]) is { } id && halves.TryGetValue(id, out var half))
            {
                rest.Push((part.Start + half, part.End));
                rest.Push((part.Start, part.Start + half));
            }
            else parts.Add(part);
        }
        return parts;
    }
}
