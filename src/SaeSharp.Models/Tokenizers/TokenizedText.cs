namespace SaeSharp.Models.Tokenizers;

/// <summary>A text as the model sees it: one entry of each list for every token.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Tokens">The tokens as the vocabulary spells them (a byte-level space is <c>Ġ</c>); an added token as it stands in the text.</param>
/// <param name="Offsets">Where each token stands in the text, in UTF-16 units, end exclusive; tokens that the tokenizer itself adds have (0, 0).</param>
public sealed record TokenizedText(int[] Ids, string[] Tokens, (int Start, int End)[] Offsets)
{
    /// <summary>Which text of a pair each token belongs to, as the tokenizer numbers them.</summary>
    public int[] TypeIds { get; init; } = [];

    /// <summary>Whether the tokenizer has added the token: it is in no text.</summary>
    public bool[] IsSpecial { get; init; } = [];

    /// <summary>Whether the token only fills the text up to a length: the attention mask is 0 there.</summary>
    public bool[] IsPadding { get; init; } = [];
}
