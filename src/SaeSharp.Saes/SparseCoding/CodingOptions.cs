namespace SaeSharp.Saes.SparseCoding;

/// <summary>A solver with all that it has to know: what an SAE of architecture <c>sparse_coding</c> encodes with. Settings that a method has no use for are not looked at.</summary>
public sealed record CodingOptions
{
    private const int MostSteps = 20_000, DefaultCount = 32;

    /// <summary>The solver.</summary>
    public CodeMethod Method { get; init; } = CodeMethod.Omp;

    /// <summary>λ, the same for every signal; null takes <see cref="LambdaRatio"/> (ridge: the penalty, 1 where it is null).</summary>
    public double? Lambda { get; init; }

    /// <summary>λ as a share of each signal's λ_max. Default 0.1.</summary>
    public double LambdaRatio { get; init; } = 0.1;

    /// <summary>Second penalty of the Lasso, ½ ridge ‖x‖².</summary>
    public double Ridge { get; init; }

    /// <summary>Atoms a signal: the steps of a pursuit (null: 32), the knot of LARS (null: the one at <see cref="LambdaRatio"/>).</summary>
    public int? Count { get; init; }

    /// <summary>A pursuit stops at ‖b − A·x‖² ≤ this share of ‖b‖²; 0 for the count alone.</summary>
    public double Residual { get; init; }

    /// <summary>Duality gap to reach, as a share of ½‖b‖²; null: what each solver takes by itself, 10⁻⁶ for gradient descent.</summary>
    public double? Gap { get; init; }

    /// <summary>Whether weights must be 0 or more.</summary>
    public bool Positive { get; init; }

    /// <summary>The same codes, times 1/<paramref name="scale"/>, of signals that are not multiplied by <paramref name="scale"/> any more.</summary>
    internal CodingOptions Unscaled(double scale) => this with { Lambda = Method == CodeMethod.Ridge ? Lambda : Lambda / scale };

    /// <summary>The solver of these settings.</summary>
    /// <exception cref="SaeSharpException">One of them is out of range.</exception>
    public SparseSolver Solver(CodePrecision precision = CodePrecision.F32) => Method switch
    {
        CodeMethod.Lasso => new Lasso(new() { Lambda = Lambda, LambdaRatio = LambdaRatio, Ridge = Ridge, Positive = Positive, Gap = Gap, Precision = precision }),
        CodeMethod.Lars => Count is { } count ? new LarsCount(count, Positive) : new LarsPath(new() { LeastRatio = LambdaRatio, Positive = Positive }),
        CodeMethod.Ista or CodeMethod.Fista => new ProximalGradient(new()
        {
            Lambda = Lambda, LambdaRatio = LambdaRatio, Gap = Gap ?? 1e-6, Positive = Positive, Steps = MostSteps, Momentum = Method == CodeMethod.Ista ? Momentum.None : Momentum.Restarted,
        }),
        CodeMethod.Omp => new OrthogonalPursuit(Greedy(precision)),
        CodeMethod.Mp => new PlainPursuit(Greedy(precision)),
        CodeMethod.Nnls => new NonNegativeLeastSquares(precision),
        CodeMethod.Ridge => new Ridge(Lambda ?? 1),
        _ => new BasisPursuit(),
    };

    private GreedyOptions Greedy(CodePrecision precision) => new() { Count = Count ?? DefaultCount, Residual = Residual, Positive = Positive, Precision = precision };
}
