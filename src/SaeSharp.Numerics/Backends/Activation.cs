namespace SaeSharp.Numerics.Backends;

/// <summary>Elementwise non-linearities.</summary>
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,
    /// <summary>x · σ(x), also called swish.</summary>
    Silu,
    /// <summary>x · Φ(x) with the exact normal distribution function.</summary>
    Gelu,
    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))): the approximation GPT-2 and Gemma were trained with.</summary>
    GeluTanh,
    /// <summary>σ(x): a gate.</summary>
    Sigmoid,
}
