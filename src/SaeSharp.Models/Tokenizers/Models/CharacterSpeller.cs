using System.Globalization;
using System.Text;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Spells text in the tokens of its characters. One that has none is spelled in byte tokens where the options and the vocabulary allow it, else it is the unknown token, else nothing.</summary>
internal sealed class CharacterSpeller(Vocabulary vocabulary, Bpe.Options options) : SymbolSpeller
{
    private const int LongestUtf8 = 4;
    private readonly int?[]? byteIds = options.ByteFallback ? ByteIds(vocabulary) : null;

    public override int Spell(ReadOnlySpan<char> piece, ref SpellingPlace place, Span<Symbol> symbols)
    {
        var count = 0;
        var unknown = place.Unknown;   // held back because its neighbours may join it
        int i = place.Unit, length;
        for (; i < piece.Length && count + LongestStep <= symbols.Length; i += length)
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
        if (i == piece.Length && unknown is { } last && count < symbols.Length)
        {
            symbols[count++] = last;
            unknown = null;
        }
        (place.Unit, place.Unknown) = (i, unknown);
        return count;
    }

    public override bool TryWhole(ReadOnlySpan<char> piece, out int id) => vocabulary.TryGet(piece, out id);

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

    /// <summary>The ids of the byte tokens, or null where there is none at all.</summary>
    private static int?[]? ByteIds(Vocabulary vocabulary)
    {
        int?[] ids = [.. Enumerable.Range(0, 256).Select(b => vocabulary.TryGet(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"), out var id) ? id : default(int?))];
        return ids.Any(id => id is not null) ? ids : null;
    }
}
