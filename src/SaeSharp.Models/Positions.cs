using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>How a layer learns where its tokens stand.</summary>
public abstract record Positions
{
    private Positions() { }

    /// <summary>Not at all: the causal mask must do (SmolLM 3's unrotated layers, arXiv:2305.19466).</summary>
    public sealed record None : Positions;

    /// <summary>A row of a table is added to each token's embedding, once for all layers.</summary>
    /// <param name="Offset">The table row of position 0.</param>
    public sealed record Learned(int Offset = 0) : Positions;

    /// <summary>Queries and keys are rotated by position·base^(−2i/width) (arXiv:2104.09864).</summary>
    /// <param name="Base">θ.</param>
    /// <param name="Pairs">Which two numbers are rotated together.</param>
    /// <param name="Width">How many of a head's first numbers are rotated.</param>
    /// <param name="Scaling">What stretches the frequencies beyond the trained context.</param>
    public sealed record Rotary(double Base, RotaryPairs Pairs, int Width, RotaryScaling Scaling) : Positions;
}
