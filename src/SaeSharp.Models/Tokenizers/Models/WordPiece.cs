using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Takes the longest token that a word begins with, then the longest of its rest, marked as such, and so on. A word that cannot be spelled to its end is unknown as a whole.</summary>
/// <remarks>Wu et al. 2016, <see href="https://arxiv.org/abs/1609.08144v2">arXiv:1609.08144v2</see>.</remarks>
internal sealed class WordPiece : TokenModel
{
    private readonly Vocabulary vocabulary;
    private readonly Options options;
    private readonly TokenTrie beginnings;
    private readonly TokenTrie continuations;

    public WordPiece(Vocabulary vocabulary, Options options)
    {
        (this.vocabulary, this.options) = (vocabulary, options);
        var prefix = options.ContinuingPrefix;
        beginnings = new(vocabulary.Tokens);
        continuations = prefix.Length == 0 ? beginnings : new(vocabulary.Tokens.Where(token => token.Token.StartsWith(prefix, StringComparison.Ordinal)).Select(token => (token.Token[prefix.Length..], token.Id)));
    }

    internal sealed record Options
    {
        /// <summary>The token of words that cannot be spelled.</summary>
        public required int UnknownId { get; init; }

        /// <summary>What tokens inside a word begin with.</summary>
        public string ContinuingPrefix { get; init; } = "##";

        /// <summary>Words of more characters are unknown.</summary>
        public int LongestWord { get; init; } = 100;
    }

    public override int Count => vocabulary.Count;

    public static WordPiece Read(JsonField field)
    {
        var vocabulary = Vocabulary.Read(field["vocab"]);
        return new(vocabulary, new()
        {
            UnknownId = vocabulary.Require(field["unk_token"]),
            ContinuingPrefix = field["continuing_subword_prefix"].Text(),
            LongestWord = field["max_input_chars_per_word"].Count(),
        });
    }

    public override int? IdOf(ReadOnlySpan<char> token) => vocabulary.TryGet(token, out var id) ? id : null;

    public override string? TokenOf(int id) => vocabulary.TokenOf(id);

    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> tokens)
    {
        var before = tokens.Count;
        var done = IsTooLong(piece) ? -1 : 0;
        while (done >= 0 && done < piece.Length)
        {
            var length = (done == 0 ? beginnings : continuations).LongestIn(piece[done..], out var id);
            tokens.Add(new(id, done, done + length));
            done = length > 0 ? done + length : -1;
        }
        if (done >= 0) return;
        tokens.RemoveRange(before, tokens.Count - before);
        tokens.Add(new(options.UnknownId, 0, piece.Length));
    }

    private bool IsTooLong(ReadOnlySpan<char> piece)
    {
        if (piece.Length <= options.LongestWord) return false;
        var characters = 0;
        foreach (var _ in piece.EnumerateRunes()) characters++;
        return characters > options.LongestWord;
    }
}
