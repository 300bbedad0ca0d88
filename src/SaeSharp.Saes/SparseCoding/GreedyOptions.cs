namespace SaeSharp.Saes.SparseCoding;

/// <summary>When a pursuit stops, whichever comes first.</summary>
public sealed record GreedyOptions
{
    private readonly int _count = 32;
    private readonly double _residual;

    /// <summary>k: atoms to choose (steps, for matching pursuit). Default 32; at most the number of atoms.</summary>
    public int Count { get => _count; init => _count = OptionException.Positive(value); }

    /// <summary>Stop at ‖b − A·x‖² ≤ this share of ‖b‖²; 0 for the count alone.</summary>
    public double Residual { get => _residual; init => _residual = OptionException.InRange(value, 0.0, 1.0); }

    /// <summary>Whether weights must be 0 or more.</summary>
    public bool Positive { get; init; }

    /// <summary>What the weights are rounded to.</summary>
    public CodePrecision Precision { get; init; } = CodePrecision.F32;

    internal void Require(AtomDictionary dictionary)
    {
        if (Count > dictionary.Count) throw SparseCodingException.TooManyAtoms(Count, dictionary.Count);
    }
}
