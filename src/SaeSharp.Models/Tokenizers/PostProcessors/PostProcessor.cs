namespace SaeSharp.Models.Tokenizers.PostProcessors;

/// <summary>Puts the tokens of a text, or of a pair of texts, in their final form.</summary>
internal abstract class PostProcessor
{
    /// <summary>The final parts, to be joined in their order.</summary>
    /// <param name="encodings">One text or two.</param>
    /// <param name="addSpecial">Whether to put special tokens around them.</param>
    public abstract IReadOnlyList<TokenList> Process(IReadOnlyList<TokenList> encodings, bool addSpecial);

    /// <summary>How many special tokens it puts around one text or two: truncation leaves room for them.</summary>
    public abstract int CountAdded(int texts);
}
