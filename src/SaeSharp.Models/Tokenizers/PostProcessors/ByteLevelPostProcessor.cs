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
        foreach (var encoding in encodings) Trim(encoding);
        return encodings;
    }

    private void Trim(TokenList encoding)
    {
        for (var i = 0; i < encoding.Count; i++)
        {
            var token = encoding.Tokens[i];
            var leading = token.TakeWhile(IsSpace).Count();
            var trailing = token.Reverse().TakeWhile(IsSpace).Count();
            var (start, end) = encoding.Offsets[i];
            // The space that add_prefix_space puts in front of the text is in no offset; where there are more, it put none.
            if (leading == 1 && addPrefixSpace && (i == 0 || start == 0)) leading = 0;
            start = Math.Min(start + leading, end);
            if (end >= trailing) end = Math.Max(end - trailing, start);
            encoding.Offsets[i] = (start, end);
        }
    }

    private static bool IsSpace(char unit) => unit == ByteAlphabet.Of((byte)' ') || Characters.IsSpace(unit);
}
