using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Saes.Synthetic;

/// <summary>All that is fixed about a synthetic world: directions, how often and how strongly features fire, who needs whom, what they have in common.</summary>
/// <remarks>
/// A sample: g = F·ε + √(1 − ΣF²)·η with ε, η standard normal; feature i is on where g_i &gt; √2·erfinv(1 − 2p_i); its strength is ReLU(m_i + s_i·N); then the
/// tree takes away what lacks its parent or lost among exclusive siblings; x = Σ strength·direction + bias. With the published seed the tensors are those of
/// SAELens to float rounding.
/// </remarks>
public sealed class SyntheticWorld
{
    private const double LargestShare = 0.99; // of a feature's variance that common factors may have

    /// <summary>Directions [features, dIn].</summary>
    public required Tensor Directions { get; init; }

    /// <summary>[dIn].</summary>
    public required Tensor Bias { get; init; }

    /// <summary>Probability at which the copula turns each feature on, before the tree takes some away.</summary>
    public required float[] Probabilities { get; init; }

    /// <summary>m.</summary>
    public required float[] Means { get; init; }

    /// <summary>s.</summary>
    public required float[] Deviations { get; init; }

    /// <summary>F [features, rank]; rank may be 0.</summary>
    public required Tensor Factors { get; init; }

    public required FeatureTree Tree { get; init; }

    /// <summary>Seed of the samples.</summary>
    public required int Seed { get; init; }

    public int Features => Directions.RowCount;

    public int DIn => Directions.Columns;

    /// <summary>Makes the world that <paramref name="spec"/> describes. Half a minute for the full benchmark: its directions take 100 steps over all pairs.</summary>
    public static SyntheticWorld Create(SyntheticSpec spec, Backend backend, Action<int>? onStep = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var (directions, bias) = FeatureDirections.Random(spec.Features, spec.DIn, spec.BiasNorm, spec.Seed);
        if (spec.OrthogonalSteps > 0) FeatureDirections.Orthogonalise(directions, spec.OrthogonalSteps, spec.OrthogonalRate, backend, onStep, cancel);
        var tree = FeatureTree.Build(spec);
        return new()
        {
            Directions = directions, Bias = bias, Tree = tree, Seed = spec.Seed,
            Probabilities = ProbabilitiesOf(spec, tree), Factors = FactorsOf(spec),
            Means = spec.Means.Generate(spec.Features, spec.Seed + 2L), Deviations = spec.Deviations.Generate(spec.Features, spec.Seed + 1L),
        };
    }

    /// <summary>Base probabilities times their corrections, at most 1.</summary>
    internal static float[] ProbabilitiesOf(SyntheticSpec spec, FeatureTree tree)
    {
        var probabilities = FiringProbabilities.Zipf(spec.Features, spec.ZipfExponent, spec.MaxProbability, spec.MinProbability);
        if (!spec.CompensateProbabilities) return [.. probabilities.Select(p => (float)p)];
        return [.. probabilities.Zip(FiringProbabilities.Corrections(tree, probabilities), (p, correction) => (float)Math.Min(1, p * correction))];
    }

    /// <summary>Normal loadings; all of them are made smaller where one feature would have no variance of its own left.</summary>
    internal static Tensor FactorsOf(SyntheticSpec spec)
    {
        var factors = Tensor.Zeros(DType.F32, spec.Features, spec.CorrelationRank);
        if (spec.CorrelationRank == 0) return factors;
        new TorchRandom(spec.Seed + 4L).Normals(factors.Span<float>());
        TensorPrimitives.Multiply(factors.Span<float>(), (float)spec.CorrelationScale, factors.Span<float>());
        var most = Enumerable.Range(0, spec.Features).Max(i => TensorPrimitives.SumOfSquares<float>(factors.Row<float>(i)));
        if (most >= 1) TensorPrimitives.Multiply(factors.Span<float>(), (float)Math.Sqrt(LargestShare / most), factors.Span<float>());
        return factors;
    }
}
