using System.Text;
using SaeSharp.Models.Tokenizers.Models;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>sentencepiece's unigram model: as <see cref="Unigram"/>, with sums of 32 bits and a bonus for user-defined pieces.</summary>
internal sealed class PieceUnigram : TokenModel
{
    private const float UnknownPenalty = 10;

    private readonly PieceVocabulary pieces;
    private readonly BestPath path;

    public PieceUnigram(PieceVocabulary pieces)
    {
        this.pieces = pieces;
        var normal = Enumerable.Range(0, pieces.Count).Where(id => pieces.KindOf(id) == PieceKind.Normal).Select(pieces.ScoreOf).ToList();
        var lowest = normal.Append(float.MaxValue).Min();
        var highest = normal.Append(SmallestNormal).Max();
        var usable = Enumerable.Range(0, pieces.Count).Select(id => pieces.KindOf(id) is PieceKind.Normal or PieceKind.UserDefined ? pieces.TextOf(id) : null).ToArray();
        path = new(usable, new()
        {
            Scores = [.. Enumerable.Range(0, pieces.Count).Select(id => pieces.KindOf(id) == PieceKind.UserDefined ? Bonus(pieces.TextOf(id)!, highest) : pieces.ScoreOf(id))],
            UnknownScore = lowest - UnknownPenalty,
            SinglePrecision = true,
        });
    }

    /// <summary>FLT_MIN, where the library's search for the highest score begins: above every logarithm of a probability.</summary>
    private const float SmallestNormal = 1.17549435e-38f;

    public override int Count => pieces.Count;

    public override int? IdOf(ReadOnlySpan<char> token) => pieces.IdOf(token);

    public override string? TokenOf(int id) => pieces.TextOf(id);

    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> tokens)
    {
        var best = path.Find(piece);
        var (start, first) = (0, tokens.Count);
        foreach (var id in best)
        {
            var length = id >= 0 ? pieces.TextOf(id)!.Length : char.IsHighSurrogate(piece[start]) ? 2 : 1;
            pieces.Emit(piece, start, start + length, id >= 0 ? id : pieces.UnknownId, tokens, first);
            start += length;
        }
    }

    /// <summary>What makes the search prefer a user-defined piece; its length counts in bytes.</summary>
    private static float Bonus(string piece, float highest) => Encoding.UTF8.GetByteCount(piece) * highest - 0.1f;
}
