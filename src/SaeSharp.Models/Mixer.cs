namespace SaeSharp.Models;

/// <summary>How the positions of a layer learn of each other.</summary>
public abstract record Mixer
{
    private Mixer() { }

    /// <summary>Softmax attention over all positions before; behind a gate where the family's weight table has one (arXiv:2505.06708).</summary>
    public sealed record Attention : Mixer;

    /// <summary>Linear attention by the gated delta rule (arXiv:2412.06464): a matrix of fixed size for each head in place of keys and values.</summary>
    /// <param name="KeyHeads">Heads of queries and keys.</param>
    /// <param name="ValueHeads">Heads of values; ValueHeads / KeyHeads of them share a key head.</param>
    /// <param name="DKey">Width of a query or key.</param>
    /// <param name="DValue">Width of a value.</param>
    /// <param name="Kernel">Positions that the convolution before it looks at, its own included.</param>
    public sealed record DeltaNet(int KeyHeads, int ValueHeads, int DKey, int DValue, int Kernel) : Mixer
    {
        /// <summary>Numbers of all values of a row.</summary>
        public int DValues => ValueHeads * DValue;

        /// <summary>Queries, keys and values of a row, one after another.</summary>
        public int Channels => 2 * KeyHeads * DKey + DValues;
    }
}
