using System.Runtime.CompilerServices;
using System.Text;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Byte-pair encoding: spells a piece in characters or bytes, then merges neighbours, the earliest learned merge first.</summary>
/// <remarks>Sennrich et al. 2016, <see href="https://arxiv.org/abs/1508.07909v5">arXiv:1508.07909v5</see>.</remarks>
internal sealed class Bpe : TokenModel
{
    private const int SmallPiece = 64;

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
            foreach (var token in TokensOf(piece[start..end])) tokens.Add(new(token.Id, start + token.Start, start + token.End));
        }
    }

    /// <summary>Adds the ids alone.</summary>
    public void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        for (int start = 0, end; start < piece.Length; start = end)
        {
            end = EndOfSection(piece, start);
            foreach (var token in TokensOf(piece[start..end])) ids.Add(token.Id);
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
    private ReadOnlySpan<ModelToken> TokensOf(ReadOnlySpan<char> section)
    {
        if (section.Length > WordCache.LongestWord) return Spell(section);
        var hash = WordCache.HashOf(section);
        if (cache.Find(section, hash) is { } known) return known;
        var fresh = Spell(section);
        cache.Add(section, hash, fresh);
        return fresh;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ModelToken[] Spell(ReadOnlySpan<char> piece)
    {
        if (options.IgnoreMerges && speller.TryWhole(piece, out var whole)) return [new(whole, 0, piece.Length)];
        var room = speller.RoomFor(piece);
        var symbols = room <= SmallPiece ? stackalloc Symbol[SmallPiece] : new Symbol[room];
        symbols = symbols[..speller.Spell(piece, symbols)];
        Merger.Merge(symbols, merges);
        return Place(piece, symbols);
    }

    /// <summary>Turns sizes in bytes into ranges of UTF-16 units: a token covers every character it has a byte of.</summary>
    private static ModelToken[] Place(ReadOnlySpan<char> piece, ReadOnlySpan<Symbol> symbols)
    {
        var count = 0;
        foreach (var symbol in symbols) count += symbol.Bytes == 0 ? 0 : 1;
        var tokens = new ModelToken[count];
        count = 0;
        var (unit, unitBytes, end) = (0, 0, 0);   // the character at unit begins after unitBytes bytes
        foreach (var symbol in symbols)
        {
            if (symbol.Bytes == 0) continue;
            var start = Seek(piece, end, ref unit, ref unitBytes, out _);
            end += symbol.Bytes;
            Seek(piece, end - 1, ref unit, ref unitBytes, out var length);
            tokens[count++] = new(symbol.Id, start, unit + length);
        }
        return tokens;
    }

    /// <summary>Moves forward to the character that holds byte <paramref name="target"/>, and returns its first unit.</summary>
    private static int Seek(ReadOnlySpan<char> piece, int target, ref int unit, ref int unitBytes, out int length)
    {
        while (true)
        {
            Rune.DecodeFromUtf16(piece[unit..], out var rune, out length);
            if (unitBytes + rune.Utf8SequenceLength > target) return unit;
            unitBytes += rune.Utf8SequenceLength;
            unit += length;
        }
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
