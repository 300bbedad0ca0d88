namespace SaeSharp.Saes.SparseCoding;

/// <summary>How a dictionary is learnt online.</summary>
public sealed record OnlineDictionaryOptions
{
    private readonly double _lambda = 0.1, _forget;
    private readonly int _batch = 64, _epochs = 1;

    /// <summary>λ of the codes, in units of a correlation.</summary>
    public double Lambda { get => _lambda; init => _lambda = value > 0 && double.IsFinite(value) ? value : throw SparseCodingException.NoPenalty(value); }

    /// <summary>Signals a step.</summary>
    public int Batch { get => _batch; init => _batch = OptionException.Positive(value); }

    /// <summary>How often all signals are gone through, in their order.</summary>
    public int Epochs { get => _epochs; init => _epochs = OptionException.Positive(value); }

    /// <summary>ρ: at step t what was learnt before is weighed by (1 − 1/t)^ρ, so that codes of the first dictionaries fade. 0 keeps all.</summary>
    public double Forget { get => _forget; init => _forget = OptionException.NotNegative(value); }

    /// <summary>Whether codes must be 0 or more.</summary>
    public bool Positive { get; init; }
}
