namespace SaeSharp.Models;

/// <summary>One of several texts that a model reads or writes on at once: what it goes on from, and who looks at it.</summary>
/// <remarks>A pass over the weights serves all strands. Each gets the bits it gets alone.</remarks>
/// <param name="State">Keys and values before its new rows.</param>
/// <param name="Hooks">Reads and edits of its own rows; null for none.</param>
public sealed record Strand(DecodingState State, HookSet? Hooks = null);
