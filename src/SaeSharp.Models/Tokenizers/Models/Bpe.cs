using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Byte-pair encoding: spells a piece in characters, then merges neighbours, the earliest learned merge first.</summary>
/// <remarks>
/// Sennrich et al. 2016, <see href="https://arxiv.org/abs/1508.07909v5">arXiv:1508.07909v5</see>. A character that the vocabulary lacks is spelled
/// in byte tokens (<c>&lt;0xE2&gt;</c>) where the options and the vocabulary allow it, else it is the unknown token, else nothing.
/// </remarks>
internal sealed class Bpe(Vocabulary vocabulary, MergeTable merges, Bpe.Options options) : TokenModel
{
    private const int CacheSize = 1 << 16;
    private const int LongestCached = 64;
    private const int SmallPiece = 64;
    private const int LongestUtf8 = 4;

    private readonly ConcurrentDictionary<string, ModelToken[]> cache = new(StringComparer.Ordinal);
    private readonly int?[]? byteIds = options.ByteFallback ? ByteIds(vocabulary) : null;
    private readonly bool[]? spelled = CanBeCut(vocabulary, options) ? Spelled(vocabulary) : null;
    private int cached;

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

    public override int? IdOf(ReadOnlySpan<char> token) => vocabulary.TryGet(token, out var id) ? id : null;

    public override string? TokenOf(int id) => vocabulary.TokenOf(id);

    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> tokens)
    {
        for (int start = 0, end; start < piece.Length; start = end)
        {
            end = EndOfSection(piece, start);
            TokenizeSection(piece[start..end], start, tokens);
        }
    }

    /// <summary>Where the first place is that no merge can reach across: what is left and right of it can be tokenized apart.</summary>
    /// <remarks>Without a pre-tokenizer a piece is a whole document; its sections are a few words, and merging them is several times faster.</remarks>
    private int EndOfSection(ReadOnlySpan<char> piece, int start)
    {
        if (spelled is null) return piece.Length;
        var end = start + 1;
        while (end < piece.Length && !(spelled[piece[end - 1]] && spelled[piece[end]] && !merges.Joins(piece[end - 1], piece[end]))) end++;
        return end;
    }

    private void TokenizeSection(ReadOnlySpan<char> section, int start, List<ModelToken> tokens)
    {
        var words = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        if (section.Length > LongestCached || !words.TryGetValue(section, out var known))
        {
            var fresh = new List<ModelToken>();
            Spell(section, fresh);
            known = [.. fresh];
            if (section.Length <= LongestCached && cached < CacheSize && words.TryAdd(section, known)) Interlocked.Increment(ref cached);
        }
        foreach (var token in known) tokens.Add(new(token.Id, start + token.Start, start + token.End));
    }

    private void Spell(ReadOnlySpan<char> piece, List<ModelToken> tokens)
    {
        if (options.IgnoreMerges && vocabulary.TryGet(piece, out var whole))
        {
            tokens.Add(new(whole, 0, piece.Length));
            return;
        }
        // A character has at most as many symbols as bytes, at most three a UTF-16 unit.
        var room = byteIds is null ? piece.Length : piece.Length * 3;
        var symbols = room <= SmallPiece ? stackalloc Symbol[SmallPiece] : new Symbol[room];
        symbols = symbols[..SpellCharacters(piece, symbols)];
        Merger.Merge(symbols, merges);
        Place(piece, symbols, tokens);
    }

    /// <summary>Writes the symbols of the single characters and returns how many there are.</summary>
    private int SpellCharacters(ReadOnlySpan<char> piece, Span<Symbol> symbols)
    {
        var count = 0;
        Symbol? unknown = null;   // held back because its neighbours may join it
        for (int i = 0, length; i < piece.Length; i += length)
        {
            Rune.DecodeFromUtf16(piece[i..], out var rune, out length);
            if (vocabulary.TryGet(Lookup(piece, i, length), out var id))
            {
                if (unknown is { } pending) symbols[count++] = pending;
                unknown = null;
                symbols[count++] = new(id, rune.Utf8SequenceLength);
            }
            // The unknown character before stays held back, and so comes after these bytes: as the reference does.
            else if (TrySpellBytes(rune, symbols[count..], out var bytes)) count += bytes;
            else if (options.UnknownId is { } unknownId)
            {
                if (unknown is { } pending && !options.FuseUnknown) symbols[count++] = pending;
                var before = options.FuseUnknown && unknown is { } joined ? joined.Bytes : 0;
                unknown = new(unknownId, before + rune.Utf8SequenceLength);
            }
        }
        if (unknown is { } last) symbols[count++] = last;
        return count;
    }

    /// <summary>What the character is looked up as: itself unless a prefix or suffix marks its place.</summary>
    private ReadOnlySpan<char> Lookup(ReadOnlySpan<char> piece, int start, int length)
    {
        var character = piece.Slice(start, length);
        if (options.ContinuingPrefix.Length == 0 && options.EndSuffix.Length == 0) return character;
        return string.Concat(start > 0 ? options.ContinuingPrefix : "", character, start + length == piece.Length ? options.EndSuffix : "");
    }

    /// <summary>All bytes of the character, or none of them if one has no token.</summary>
    private bool TrySpellBytes(Rune rune, Span<Symbol> symbols, out int count)
    {
        count = 0;
        if (byteIds is null) return false;
        Span<byte> bytes = stackalloc byte[LongestUtf8];
        foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
        {
            if (byteIds[b] is not { } id) return false;
            symbols[count++] = new(id, 1);
        }
        return true;
    }

    /// <summary>Turns sizes in bytes into ranges of UTF-16 units: a token covers every character it has a byte of.</summary>
    private static void Place(ReadOnlySpan<char> piece, ReadOnlySpan<Symbol> symbols, List<ModelToken> tokens)
    {
        var (unit, unitBytes, end) = (0, 0, 0);   // the character at unit begins after unitBytes bytes
        foreach (var symbol in symbols)
        {
            if (symbol.Bytes == 0) continue;
            var start = Seek(piece, end, ref unit, ref unitBytes, out _);
            end += symbol.Bytes;
            Seek(piece, end - 1, ref unit, ref unitBytes, out var length);
            tokens.Add(new(symbol.Id, start, unit + length));
        }
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
        if (field.TextOrNull() is not { } token) return null;
        return vocabulary.TryGet(token, out var id) ? id : throw field.Wrong("a token of the vocabulary");
    }

    /// <summary>The ids of the byte tokens, or null where there is none at all.</summary>
    private static int?[]? ByteIds(Vocabulary vocabulary)
    {
        int?[] ids = [.. Enumerable.Range(0, 256).Select(b => vocabulary.TryGet(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"), out var id) ? id : default(int?))];
        return ids.Any(id => id is not null) ? ids : null;
    }

    /// <summary>Whether sections are independent: their characters are looked up alike wherever they stand, and each takes part in the offsets.</summary>
    private static bool CanBeCut(Vocabulary vocabulary, Options options) =>
        options is { UnknownId: not null, IgnoreMerges: false, ContinuingPrefix: "", EndSuffix: "" } && !vocabulary.SharesIds;

    /// <summary>For each UTF-16 unit, whether it is a token of its own.</summary>
    private static bool[] Spelled(Vocabulary vocabulary) => [.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => vocabulary.TryGet([(char)unit], out _))];
}
