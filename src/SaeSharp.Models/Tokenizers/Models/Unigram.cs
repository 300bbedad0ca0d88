using System.Globalization;
using System.Text;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Cuts a piece into the tokens that are most likely together, each by itself.</summary>
/// <remarks>
/// Kudo 2018, <see href="https://arxiv.org/abs/1804.10959v1">arXiv:1804.10959v1</see>. Neighbouring unknown characters are one token that keeps its spelling;
/// or their bytes, where the vocabulary has byte tokens for all of them and the file says so.
/// </remarks>
internal sealed class Unigram : TokenModel
{
    private const double UnknownPenalty = 10;

    private readonly string[] tokens;
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> idsBySpan;
    private readonly int?[]? byteIds;
    private readonly int? unknownId;
    private readonly Func<string, Exception> cannotSpell;
    private readonly BestPath path;

    private Unigram(string[] tokens, double[] scores, int? unknownId, bool byteFallback, Func<string, Exception> cannotSpell)
    {
        (this.tokens, this.unknownId, this.cannotSpell) = (tokens, unknownId, cannotSpell);
        ids = new(tokens.Length, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Length; id++) ids[tokens[id]] = id;
        idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        byteIds = byteFallback ? [.. Enumerable.Range(0, 256).Select(b => IdOf(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")))] : null;
        path = new(tokens, new() { Scores = scores, UnknownScore = scores.Append(double.PositiveInfinity).Min() - UnknownPenalty });
    }

    public override int Count => tokens.Length;

    public static Unigram Read(JsonField field)
    {
        var (tokens, scores) = (new List<string>(), new List<double>());
        foreach (var entry in field["vocab"].Items())
        {
            if (entry.Items().ToArray() is not [var token, var score]) throw entry.Wrong("a pair of a token and its score");
            tokens.Add(token.Text());
            scores.Add(score.Number());
        }
        if (tokens.Count == 0) throw field["vocab"].Wrong("at least one token");
        var unknown = field["unk_id"];
        int? unknownId = unknown.IsNothing ? null : unknown.Id() is >= 0 and var id && id < tokens.Count ? id : throw unknown.Wrong($"an id below the {tokens.Count} of the vocabulary");
        return new([.. tokens], [.. scores], unknownId, field["byte_fallback"].Flag(false), text => unknown.Wrong($"the id of a token for '{text}', which no token spells"));
    }

    public override int? IdOf(ReadOnlySpan<char> token) => idsBySpan.TryGetValue(token, out var id) ? id : null;

    public override string? TokenOf(int id) => id >= 0 && id < tokens.Length ? tokens[id] : null;

    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> result)
    {
        var best = path.Find(piece);
        result.EnsureCapacity(result.Count + best.Length);
        var start = 0;
        for (var i = 0; i < best.Length;)
        {
            var end = start;
            if (IsUnknown(best[i]))
            {
                for (; i < best.Length && IsUnknown(best[i]); i++) end += LengthOf(best[i], piece, end);
                Spell(piece, start, end, result);
            }
            else
            {
                end += tokens[best[i]].Length;
                result.Add(new(best[i++], start, end));
            }
            start = end;
        }
    }

    /// <summary>A text that spells the unknown token is as unknown as its neighbours.</summary>
    private bool IsUnknown(int id) => id == BestPath.Unknown || id == unknownId;

    private int LengthOf(int id, ReadOnlySpan<char> piece, int start) => id >= 0 ? tokens[id].Length : char.IsHighSurrogate(piece[start]) ? 2 : 1;

    /// <summary>A run of unknown characters: the token of that spelling, its bytes, or the unknown token.</summary>
    private void Spell(ReadOnlySpan<char> piece, int start, int end, List<ModelToken> result)
    {
        var text = piece[start..end];
        if (IdOf(text) is { } id) result.Add(new(id, start, end));
        else if (unknownId is null) throw cannotSpell(text.ToString());
        else if (!TrySpellBytes(text, start, result)) result.Add(new(unknownId.Value, start, end, IsSurface: true));
    }

    private bool TrySpellBytes(ReadOnlySpan<char> text, int start, List<ModelToken> result)
    {
        if (byteIds is null) return false;
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        if (bytes.Any(b => byteIds[b] is null)) return false;
        foreach (var b in bytes) result.Add(new(byteIds[b]!.Value, start, start + text.Length));
        return true;
    }
}
