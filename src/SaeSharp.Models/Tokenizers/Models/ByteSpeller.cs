using System.Text;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Spells text in the tokens of its bytes of UTF-8: what a byte-level pre-tokenizer and a character speller come to, without the text between them.</summary>
internal sealed class ByteSpeller(Vocabulary vocabulary) : SymbolSpeller
{
    private const int LongestUtf8 = 4;
    private readonly int[] ids = [.. Enumerable.Range(0, 256).Select(b => vocabulary.TryGet([ByteAlphabet.Of((byte)b)], out var id) ? id : throw new ArgumentException("The vocabulary lacks a byte.", nameof(vocabulary)))];

    /// <summary>Whether every byte has a token, so that nothing is ever unknown.</summary>
    public static bool Covers(Vocabulary vocabulary) => Enumerable.Range(0, 256).All(b => vocabulary.TryGet([ByteAlphabet.Of((byte)b)], out _));

    public override int Spell(ReadOnlySpan<char> piece, ref SpellingPlace place, Span<Symbol> symbols)
    {
        var count = 0;
        Span<byte> utf8 = stackalloc byte[LongestUtf8];
        var i = place.Unit;
        for (; i < piece.Length && count + LongestStep <= symbols.Length; i++)
        {
            if (char.IsAscii(piece[i]))
            {
                symbols[count++] = new(ids[piece[i]], 1);
                continue;
            }
            Rune.DecodeFromUtf16(piece[i..], out var rune, out var units);
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) symbols[count++] = new(ids[b], 1);
            i += units - 1;
        }
        place.Unit = i;
        return count;
    }

    public override bool TryWhole(ReadOnlySpan<char> piece, out int id)
    {
        const int small = 256;
        var room = Encoding.UTF8.GetMaxByteCount(piece.Length);
        var bytes = room <= small ? stackalloc byte[small] : new byte[room];
        bytes = bytes[..Encoding.UTF8.GetBytes(piece, bytes)];
        var spelled = bytes.Length <= small ? stackalloc char[small] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++) spelled[i] = ByteAlphabet.Of(bytes[i]);
        return vocabulary.TryGet(spelled[..bytes.Length], out id);
    }
}
