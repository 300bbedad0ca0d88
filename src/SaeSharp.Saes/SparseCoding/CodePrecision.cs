namespace SaeSharp.Saes.SparseCoding;

/// <summary>What weights are rounded to. Sums on the way and certificates are f64 in both.</summary>
public enum CodePrecision
{
    /// <summary>Weights that an SAE's codes can hold.</summary>
    F32,
    /// <summary>Weights exact to the last digits of f64.</summary>
    F64,
}
