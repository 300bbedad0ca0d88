using SaeSharp.Models.Tokenizers;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Normalisers as a tokenizer.json describes them, and what they make of a text.</summary>
internal static class Normalizing
{
    /// <summary>A normaliser of a kind, with its other fields as JSON.</summary>
    public static Normalizer Of(string kind, string fields = "")
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["n.json"], $$"""{"type": "{{kind}}"{{(fields.Length > 0 ? "," : "")}} {{fields}}}""");
        return Kinds.Normalizers.Read(JsonField.Read(folder["n.json"]));
    }

    public static Piece Whole(string text) => Piece.Whole(AlignedText.Of(text));

    /// <summary>The normal form, and the part of the original that each of its units comes from.</summary>
    public static (string Text, (int Start, int End)[] Origins) Run(Normalizer normalizer, string text)
    {
        if (text.Length == 0) return ("", []);
        var piece = normalizer.Normalize(Whole(text));
        return (piece.Span.ToString(), [.. Enumerable.Range(piece.Start, piece.Length).Select(unit => piece.Text.OriginOf(unit))]);
    }
}
