namespace SaeSharp.Numerics.Backends;

/// <summary>Which operands of a matrix product are read transposed.</summary>
public enum Transpose
{
    /// <summary>a [m, k] · b [k, n].</summary>
    None,
    /// <summary>aᵀ · b with a [k, m].</summary>
    A,
    /// <summary>a · bᵀ with b [n, k]: how PyTorch's nn.Linear stores its weight.</summary>
    B,
    /// <summary>aᵀ · bᵀ.</summary>
    Both,
}
