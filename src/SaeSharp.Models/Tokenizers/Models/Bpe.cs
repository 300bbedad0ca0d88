using System.Runtime.CompilerServices;
using System.Text;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Byte-pair encoding: spells a piece in characters or bytes, then merges neighbours, the earliest learned merge first.</summary>
/// <remarks>Sennrich et al. 2016, <see href="https://arxiv.org/abs/1508.07909v5">arXiv:1508.07909v5</see>.</remarks>
internal sealed class Bpe : TokenModel
{
    private readonly Vocabulary vocabulary;
    private readonly MergeTable merges;
    private readonly Options options;
    private readonly SymbolSpeller speller;
    private readonly WordCache cache = new();
    private readonly bool[]? spelled;

    public Bpe(Vocabulary vocabulary, MergeTable merges, Options options) : this(vocabulary, merges, options, new CharacterSpeller(vocabulary, options)) =>
        spelled = CanBeCut(vocabulary, options) ? Spelled(vocabulary) : null;

    private Bpe(Vocabulary vocabulary, MergeTable merges, Options options, SymbolSpeller speller) =>
        (this.vocabulary, this.merges, this.options, this.speller) = (vocabulary, merges, options, speller);

    internal sealed record Options
    {
        /// <summary>The token of characters that cannot be spelled, if any.</summary>
        public int? UnknownId { get; init; }

        /// <summary>Neighbouring unknown characters become one token.</summary>
        public bool FuseUnknown { get; init; }

        /// <summary>Characters that the vocabulary lacks are spelled in byte tokens.</summary>
        public bool ByteFallback { get; init; }

        /// <summary>A piece that is itself a token is not taken apart.</summary>
        public bool IgnoreMerges { get; init; }

        /// <summary>What every character but the first of a piece is looked up with in front.</summary>
        public string ContinuingPrefix { get; init; } = "";

        /// <summary>What the last character of a piece is looked up with behind.</summary>
        public string EndSuffix { get; init; } = "";
    }

    public override int Count => vocabulary.Count;

    public static Bpe Read(JsonField field)
    {
        if (field["vocab"].IsNothing) throw field["vocab"].Wrong("an object of tokens and ids");
        if (field["merges"].IsNothing) throw field["merges"].Wrong("a list of merges");
        if (field["dropout"].Number(otherwise: 0) > 0) throw field["dropout"].NotYet();
        var vocabulary = Vocabulary.Read(field["vocab"]);
        var options = new Options
        {
            UnknownId = ReadUnknown(field["unk_token"], vocabulary),
            FuseUnknown = field["fuse_unk"].Flag(false),
            ByteFallback = field["byte_fallback"].Flag(false),
            IgnoreMerges = field["ignore_merges"].Flag(false),
            ContinuingPrefix = field["continuing_subword_prefix"].TextOrNull() ?? "",
            EndSuffix = field["end_of_word_suffix"].TextOrNull() ?? "",
        };
        return new(vocabulary, MergeTable.Read(field["merges"], vocabulary, options.ContinuingPrefix), options);
    }

    /// <summary>The same model for text that no pre-tokenizer has spelled in <see cref="Unicode.ByteAlphabet"/>; null where that is not the same.</summary>
    public Bpe? OverBytes() =>
        options is { ContinuingPrefix: "", EndSuffix: "" } && ByteSpeller.Covers(vocabulary) ? new(vocabulary, merges, options, new ByteSpeller(vocabulary)) : null;

    public override int? IdOf(ReadOnlySpan<char> token) => vocabulary.TryGet(token, out var id) ? id : null;

    public override string? TokenOf(int id) => vocabulary.TokenOf(id);

    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> tokens)
    {
        for (int start = 0, end; start < piece.Length; start = end)
        {
            end = EndOfSection(piece, start);
            var section = piece[start..end];
            if (section.Length > WordCache.LongestWord) SpellLong(section, tokens, Moved(start));
            else foreach (var token in TokensOf(section)) tokens.Add(new(token.Id, start + token.Start, start + token.End));
        }

        static Func<ModelToken, ModelToken> Moved(int by) => token => new(token.Id, by + token.Start, by + token.End);
    }

    /// <summary>Adds the ids alone.</summary>
    public void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        for (int start = 0, end; start < piece.Length; start = end)
        {
            end = EndOfSection(piece, start);
            var section = piece[start..end];
            if (section.Length > WordCache.LongestWord) SpellLong(section, ids, token => token.Id);
            else foreach (var token in TokensOf(section)) ids.Add(token.Id);
        }
    }

    /// <summary>Where the first place is that no merge can reach across: what is left and right of it can be tokenized apart.</summary>
    /// <remarks>Without a pre-tokenizer a piece is a whole document; its sections are a few words, and merging them is several times faster.</remarks>
    private int EndOfSection(ReadOnlySpan<char> piece, int start)
    {
        if (spelled is null) return piece.Length;
        var end = start + 1;
        while (end < piece.Length && !(spelled[piece[end - 1]] && spelled[piece[end]] && !merges.MayJoin(piece[end - 1], piece[end]))) end++;
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ModelToken[] TokensOf(ReadOnlySpan<char> section)
    {
        var hash = WordCache.HashOf(section);
        if (cache.Find(section, hash) is { } known) return known;
        var fresh = SpellWord(section);
        cache.Add(section, hash, fresh);
        return fresh;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ModelToken[] SpellWord(ReadOnlySpan<char> piece)
    {
        if (IsToken(piece, out var whole)) return [whole];
        Span<Symbol> symbols = stackalloc Symbol[SymbolSpeller.RoomFor(piece.Length)];
        var place = new SpellingPlace();
        symbols = symbols[..speller.Spell(piece, ref place, symbols)];
        Merger.Merge(symbols, merges);
        var count = 0;
        foreach (var symbol in symbols) count += symbol.IsMerged ? 0 : 1;
        var tokens = new ModelToken[count];
        count = 0;
        var placing = new TokenPlacing(piece);
        foreach (var symbol in symbols)
        {
            if (!symbol.IsMerged) tokens[count++] = placing.Next(symbol);
        }
        return tokens;
    }

    private void SpellLong<T>(ReadOnlySpan<char> section, List<T> tokens, Func<ModelToken, T> entry)
    {
        if (IsToken(section, out var whole))
        {
            tokens.Add(entry(whole));
            return;
        }
        var first = tokens.Count;
        for (var size = ChainWindow<Symbol>.SmallestSize; !TrySpell(section, size, tokens, entry); size = checked(size * ChainWindow<Symbol>.Growth)) tokens.RemoveRange(first, tokens.Count - first);
    }

    /// <summary>Spells and merges in windows; false where larger ones are needed.</summary>
    private bool TrySpell<T>(ReadOnlySpan<char> section, int size, List<T> tokens, Func<ModelToken, T> entry)
    {
        using var window = new ChainWindow<Symbol>(size);
        var place = new SpellingPlace();
        var placing = new TokenPlacing(section);
        while (!place.IsEndOf(section))
        {
            window.Advance(speller.Spell(section, ref place, window.Free));
            var isLast = place.IsEndOf(section);
            Merger.MergeInPlace(window.ToMerge(isLast), merges);
            if (!window.TrySettle(isLast, out var settled)) return false;
            foreach (var symbol in settled)
            {
                if (!symbol.IsMerged) tokens.Add(entry(placing.Next(symbol)));
            }
        }
        return true;
    }

    private bool IsToken(ReadOnlySpan<char> piece, out ModelToken token)
    {
        token = default;
        if (!options.IgnoreMerges || piece.Length > vocabulary.LongestToken || !speller.TryWhole(piece, out var id)) return false;
        token = new(id, 0, piece.Length);
        return true;
    }

    private static int? ReadUnknown(JsonField field, Vocabulary vocabulary)
    {
        if (field.TextOrNull() is not { Length: > 0 } token) return null;
        return vocabulary.TryGet(token, out var id) ? id : throw field.Wrong("a token of the vocabulary");
    }

    /// <summary>Whether sections are independent: their characters are looked up alike wherever they stand, and each takes part in the offsets.</summary>
    private static bool CanBeCut(Vocabulary vocabulary, Options options) =>
        options is { UnknownId: not null, IgnoreMerges: false, ContinuingPrefix: "", EndSuffix: "" } && !vocabulary.SharesIds;

    /// <summary>For each UTF-16 unit, whether it is a token of its own.</summary>
    private static bool[] Spelled(Vocabulary vocabulary) => [.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => vocabulary.TryGet([(char)unit], out _))];
}
