using System.Text;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.AddedTokens;

/// <summary>The added tokens of a tokenizer: cuts them out of a text, and spells them when decoding.</summary>
/// <remarks>Those on the raw text are cut out first; each part between them is normalised by itself, and those on normalised text are cut out of it.</remarks>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> tokens = [];
    private readonly Dictionary<int, string> decoded = [];
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> specials = new(StringComparer.Ordinal);
    private readonly Normalizer? normalizer;
    private readonly TokenMatcher raw;
    private readonly TokenMatcher normalized;
    private int nextFree;

    public AddedVocabulary(IEnumerable<AddedToken> added, TokenModel model, Normalizer? normalizer)
    {
        this.normalizer = normalizer;
        foreach (var token in added) Add(token, model);
        foreach (var (id, token) in tokens) decoded[id] = token.Normalized ? Normalize(token.Content) : token.Content;
        raw = new(tokens.Where(entry => !entry.Value.Normalized).Select(entry => (decoded[entry.Key], entry.Key)));
        normalized = new(tokens.Where(entry => entry.Value.Normalized).Select(entry => (decoded[entry.Key], entry.Key)));
    }

    /// <summary>How many of them the model's vocabulary lacks.</summary>
    public int CountBeyondModel { get; private set; }

    public int? IdOf(string content) => ids.TryGetValue(content, out var id) ? id : null;

    /// <summary>The token as the file spells it, or null.</summary>
    public string? ContentOf(int id) => tokens.TryGetValue(id, out var token) ? token.Content : null;

    /// <summary>The token as decoding spells it, or null: a token of normalised text comes back normalised.</summary>
    public string? DecodedOf(int id) => decoded.GetValueOrDefault(id);

    public bool IsSpecial(string token) => specials.Contains(token);

    /// <summary>The text in pieces: added tokens, and normalised text for the model between them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="specialsAsText">Leaves special tokens in the text, as any other text.</param>
    /// <param name="isLiteral">Where it holds for a range of the original text, no special token is seen there; null where it holds nowhere.</param>
    public List<Piece> Split(AlignedText text, bool specialsAsText, Func<int, int, bool>? isLiteral = null)
    {
        var parts = new List<Piece>();
        if (text.Length > 0) Cut(Piece.Whole(text), raw, specialsAsText, isLiteral, parts);

        var pieces = new List<Piece>(parts.Count);
        foreach (var part in parts)
        {
            if (part.AddedId is not null) pieces.Add(part);
            else if ((normalizer is null ? part : normalizer.Normalize(part)) is { Length: > 0 } ready) Cut(ready, normalized, specialsAsText, isLiteral, pieces);
        }
        return pieces;
    }

    private void Cut(Piece piece, TokenMatcher matcher, bool specialsAsText, Func<int, int, bool>? isLiteral, List<Piece> pieces)
    {
        var text = piece.Span;
        var done = 0;
        bool CanBe(int start, int end, int id) => !specials.Contains(tokens[id].Content) || piece.Slice(start, end).Origin is var (first, last) && !isLiteral!(first, last);
        for (var from = 0; matcher.Find(text, from, out var match, isLiteral is null ? null : CanBe); from = match.End)
        {
            var token = tokens[match.Id];
            if (specialsAsText && specials.Contains(token.Content)) continue;
            if (token.SingleWord && (EndsInWord(text[..match.Start]) || BeginsWithWord(text[match.End..]))) continue;

            var (start, end) = (match.Start, match.End);
            if (token.TakesLeft) start = Math.Max(SpaceBefore(text, start), done);
            if (token.TakesRight) end = SpaceAfter(text, end);
            if (done < start) pieces.Add(piece.Slice(done, start));
            pieces.Add(piece.Slice(start, end, match.Id));
            done = end;
        }
        if (done < text.Length) pieces.Add(piece.Slice(done, text.Length));
    }

    /// <summary>The id stated in the file does not count: a token of the vocabulary keeps its id, any other gets the next free one.</summary>
    private void Add(AddedToken token, TokenModel model)
    {
        if (token.Content.Length == 0 || ids.ContainsKey(token.Content)) return;
        if (model.IdOf(token.Content) is not { } id)
        {
            id = token.FixedId ?? Math.Max(nextFree, model.Count);
            CountBeyondModel++;
        }
        nextFree = Math.Max(nextFree, id + 1);
        ids.Add(token.Content, id);
        tokens[id] = token;
        if (token.Special) specials.Add(token.Content);
    }

    private string Normalize(string content)
    {
        var text = AlignedText.Of(WellFormed.Of(content));
        return normalizer is null ? content : normalizer.Normalize(Piece.Whole(text)).Span.ToString();
    }

    private static bool EndsInWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && Characters.IsWord(rune);

    private static bool BeginsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && Characters.IsWord(rune);

    private static int SpaceBefore(ReadOnlySpan<char> text, int end)
    {
        while (end > 0 && Characters.IsSpace(text[end - 1])) end--;
        return end;
    }

    private static int SpaceAfter(ReadOnlySpan<char> text, int start)
    {
        while (start < text.Length && Characters.IsSpace(text[start])) start++;
        return start;
    }
}
