using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.PostProcessors;

/// <summary>Takes the white space at the ends of byte-level tokens out of their offsets, where the file asks for it.</summary>
internal sealed class ByteLevelPostProcessor(bool trimOffsets, bool addPrefixSpace) : PostProcessor
{
    public static ByteLevelPostProcessor Read(JsonField field) => new(field["trim_offsets"].Flag(true), field["add_prefix_space"].Flag(true));

    public override IReadOnlyList<TokenList> Process(IReadOnlyList<TokenList> encodings, bool addSpecial)
    {
        if (!trimOffsets) return encodings;
        foreach (var encoding in encodings) Trim(encoding, addPrefixSpace);
        return encodings;
    }

    public override int CountAdded(int texts) => 0;

    /// <summary>Takes white space out of the offsets of a list and of what was cut off it.</summary>
    /// <param name="list">Byte-level tokens.</param>
    /// <param name="addPrefixSpace">Whether a space was put in front of the text.</param>
    public static void Trim(TokenList list, bool addPrefixSpace)
    {
        foreach (var part in list.Overflow) Trim(part, addPrefixSpace);
        for (var i = 0; i < list.Count; i++)
        {
            var token = list.Tokens[i];
            var (leading, trailing) = (0, 0);
            while (leading < token.Length && IsSpace(token[leading])) leading++;
            while (trailing < token.Length && IsSpace(token[^(trailing + 1)])) trailing++;
            var (start, end) = list.Offsets[i];
            // The space that add_prefix_space puts in front of the text is in no offset; where there are more, it put none.
            if (leading == 1 && addPrefixSpace && (i == 0 || start == 0)) leading = 0;
            start = Forward(list.Source, start, end, leading);
            list.Offsets[i] = (start, Backward(list.Source, start, end, trailing));
        }
    }

    /// <summary><paramref name="start"/> moved by some characters, at most to <paramref name="end"/>.</summary>
    private static int Forward(string text, int start, int end, int characters)
    {
        for (; characters > 0 && start < end; characters--) start += char.IsHighSurrogate(text[start]) ? 2 : 1;
        return start;
    }

    /// <summary><paramref name="end"/> moved by some characters, at most to <paramref name="start"/>; not at all where the text before it is too short for that.</summary>
    private static int Backward(string text, int start, int end, int characters)
    {
        var position = end;
        for (; characters > 0 && position > 0; characters--) position -= char.IsLowSurrogate(text[position - 1]) ? 2 : 1;
        return characters > 0 ? end : Math.Max(position, start);
    }

    private static bool IsSpace(char unit) => unit == ByteAlphabet.Of((byte)' ') || Characters.IsSpace(unit);
}
