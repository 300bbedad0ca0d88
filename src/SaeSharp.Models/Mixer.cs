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

    /// <summary>Latent attention (DeepSeek-V2, arXiv:2405.04434): keys and values of all heads come from one short vector a position; positions are in a part of the key that all heads share.</summary>
    /// <param name="DQueryLatent">Width of the vector that queries come from; null where they come from the stream.</param>
    /// <param name="DLatent">Width of the vector that keys and values come from.</param>
    /// <param name="DPlain">Numbers of a head's query and key that are not rotated.</param>
    /// <param name="DRotated">Those that are, behind them.</param>
    /// <param name="DValue">Width of a value, at most that of a key.</param>
    public sealed record Latent(int? DQueryLatent, int DLatent, int DPlain, int DRotated, int DValue) : Mixer;
}
