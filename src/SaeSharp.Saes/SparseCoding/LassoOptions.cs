namespace SaeSharp.Saes.SparseCoding;

/// <summary>What the Lasso minimises and how exactly: ½‖b − A·x‖² + λ‖x‖₁ + ½ ridge ‖x‖².</summary>
public sealed record LassoOptions
{
    private readonly double? _lambda, _gap;
    private readonly double _ratio = 0.1, _ridge;
    private readonly int _rounds = 200;

    /// <summary>λ, the same for every signal, in units of a correlation a_j · b. Null takes <see cref="LambdaRatio"/>.</summary>
    public double? Lambda { get => _lambda; init => _lambda = value is null || value > 0 && double.IsFinite(value.Value) ? value : throw SparseCodingException.NoPenalty(value.Value); }

    /// <summary>λ as a share of each signal's λ_max = max |a_j · b|, from which on its code is empty. Default 0.1.</summary>
    public double LambdaRatio { get => _ratio; init => _ratio = value > 0 && double.IsFinite(value) ? value : throw SparseCodingException.NoPenalty(value); }

    /// <summary>The elastic net's second penalty; 0 for the Lasso.</summary>
    public double Ridge { get => _ridge; init => _ridge = double.IsFinite(value) ? OptionException.NotNegative(value) : throw OptionException.Invalid("Ridge is not finite.", "Give a number of 0 or more."); }

    /// <summary>Whether weights must be 0 or more.</summary>
    public bool Positive { get; init; }

    /// <summary>Duality gap to reach, as a share of ½‖b‖². Null: 10⁻⁶ of the objective, 10⁻¹³ with <see cref="CodePrecision.F64"/>.</summary>
    public double? Gap { get => _gap; init => _gap = value is { } gap ? OptionException.Positive(gap) : null; }

    /// <summary>What the weights are rounded to.</summary>
    public CodePrecision Precision { get; init; } = CodePrecision.F32;

    /// <summary>Most rounds: a round is one product with all atoms.</summary>
    public int MaxRounds { get => _rounds; init => _rounds = OptionException.Positive(value); }
}
