namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>A link of a chain whose neighbours merge.</summary>
internal interface IChainLink
{
    /// <summary>Whether it has become part of its left neighbour.</summary>
    bool IsMerged { get; }
}
