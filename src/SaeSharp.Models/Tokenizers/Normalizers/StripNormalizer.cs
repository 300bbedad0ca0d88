using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Normalizers;

/// <summary>Takes white space off the start, the end or both.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public static StripNormalizer Read(JsonField field) => new(field["strip_left"].Flag(), field["strip_right"].Flag());

    public override Piece Normalize(Piece piece)
    {
        var text = piece.Span;
        var (start, end) = (0, text.Length);
        while (left && start < end && Characters.IsSpace(text[start])) start++;
        while (right && end > start && Characters.IsSpace(text[end - 1])) end--;
        return piece.Slice(start, end);
    }
}
