using System.Text;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>GPT-2's pre-tokenizer: words by <see cref="Gpt2Words"/>, each spelled in <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool intoWords, bool spells = true) : PreTokenizer
{
    private const int LongestUtf8 = 4;

    public static ByteLevelPreTokenizer Read(JsonField field) => new(field["add_prefix_space"].Flag(true), field["use_regex"].Flag(true));

    /// <summary>The same cuts of text as it stands, for a model that spells in bytes itself; null where the last step is none of this kind.</summary>
    public static PreTokenizer? WithoutSpelling(PreTokenizer? preTokenizer) => preTokenizer switch
    {
        ByteLevelPreTokenizer step => step.Unspelled(),
        SequencePreTokenizer sequence => WithoutSpelling(sequence.Last) is { } last ? sequence.WithLast(last) : null,
        _ => null,
    };

    public override void Split(Piece piece, List<Piece> pieces)
    {
        if (addPrefixSpace && piece.Span[0] != ' ') piece = PrependNormalizer.Prepend(piece, " ");

        var text = piece.Span;
        if (!spells)
        {
            if (intoWords) CutWords(piece, text, pieces);
            else pieces.Add(piece);
            return;
        }
        var bytes = new AlignedText.Builder(text.Length + text.Length / 16);
        var ends = new List<int>();
        for (var word = 0; word < text.Length;)
        {
            var end = intoWords ? Gpt2Words.EndOf(text, word) : text.Length;
            Spell(piece, text, word, end, bytes);
            ends.Add(bytes.Length);
            word = end;
        }

        var spelled = bytes.Build();
        var start = 0;
        foreach (var end in ends)
        {
            pieces.Add(new(spelled, start, end));
            start = end;
        }
    }

    private ByteLevelPreTokenizer Unspelled() => new(addPrefixSpace, intoWords, spells: false);

    private static void CutWords(Piece piece, ReadOnlySpan<char> text, List<Piece> pieces)
    {
        for (int word = 0, end; word < text.Length; word = end)
        {
            end = Gpt2Words.EndOf(text, word);
            pieces.Add(piece.Slice(word, end));
        }
    }

    private static void Spell(Piece piece, ReadOnlySpan<char> text, int start, int end, AlignedText.Builder bytes)
    {
        Span<byte> utf8 = stackalloc byte[LongestUtf8];
        for (var i = start; i < end; i++)
        {
            var origin = piece.Text.OriginOf(piece.Start + i);
            if (char.IsAscii(text[i]))
            {
                bytes.Add(ByteAlphabet.Of((byte)text[i]), origin);
                continue;
            }
            Rune.DecodeFromUtf16(text[i..], out var rune, out var units);
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) bytes.Add(ByteAlphabet.Of(b), origin);
            i += units - 1;
        }
    }
}
