namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>One link of the chain of tokens that BPE merges.</summary>
/// <param name="Id">Its token.</param>
/// <param name="Bytes">How many bytes of UTF-8 it covers; 0 once it has been merged into its left neighbour.</param>
internal record struct Symbol(int Id, int Bytes) : IChainLink
{
    /// <summary>Index of the left neighbour, or -1.</summary>
    public int Previous { get; set; }

    /// <summary>Index of the right neighbour, or -1.</summary>
    public int Next { get; set; }

    public readonly bool IsMerged => Bytes == 0;
}
