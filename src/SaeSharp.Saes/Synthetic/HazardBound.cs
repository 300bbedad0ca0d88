using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Saes.Synthetic;

/// <summary>For features without a parent: an upper bound 2^(b·ε + a) of the hazard −ln(1 − P(on | ε)), one product with ε for all of them.</summary>
/// <remarks>
/// Given the common factors ε, feature i is on with probability Φ(z), z = (F_i·ε − t_i)/s_i, apart from all others. ln of the normal distribution's cumulative hazard is
/// concave, so each tangent lies above it; the tangent is laid where z mostly is when the feature fires. A feature that is always on has no bound and is listed by itself.
/// </remarks>
internal sealed class HazardBound
{
    private const double Slack = 1e-3; // in the exponent: f32 rounding of the product stays far below it
    private readonly SyntheticWorld _world;
    private readonly double[] _thresholds, _deviations;

    public HazardBound(SyntheticWorld world, Backend backend)
    {
        _world = world;
        _thresholds = [.. world.Probabilities.Select(p => Gaussian.Threshold(p))];
        _deviations = [.. Enumerable.Range(0, world.Features).Select(i => Math.Sqrt(1 - Square(i)))];
        Drawn = [.. Enumerable.Range(0, world.Features).Where(i => world.Tree.Parents[i] < 0 && world.Probabilities[i] is > 0 and < 1)];
        Always = [.. Enumerable.Range(0, world.Features).Where(i => world.Tree.Parents[i] < 0 && world.Probabilities[i] == 1)];
        Rank = world.Factors.Columns;
        var coefficients = Tensor.Zeros(DType.F32, Math.Max(Drawn.Length, 1), Rank + 1);
        for (var i = 0; i < Drawn.Length; i++) SetTangent(Drawn[i], coefficients.Row<float>(i));
        Exponents = backend.Pack(coefficients, Transpose.B);
    }

    public int Rank { get; }

    /// <summary>Features without a parent that are on at random.</summary>
    public int[] Drawn { get; }

    /// <summary>Features without a parent that are always on.</summary>
    public int[] Always { get; }

    /// <summary>[rank + 1, drawn]: the exponents of all bounds are (ε, 1) · this.</summary>
    public PackedMatrix Exponents { get; }

    /// <summary>z of a feature under ε: it is on with probability Φ(z).</summary>
    public double Score(int feature, ReadOnlySpan<float> factors) =>
        (TensorPrimitives.Dot(_world.Factors.Row<float>(feature), factors[..Rank]) - _thresholds[feature]) / _deviations[feature];

    private double Square(int feature) => TensorPrimitives.SumOfSquares<float>(_world.Factors.Row<float>(feature));

    private void SetTangent(int feature, Span<float> coefficients)
    {
        // z is normal with this mean and variance; weighted with e^(slope·z) its mean moves by slope · variance.
        var (deviation, variance) = (_deviations[feature], Square(feature) / (1 - Square(feature)));
        var mean = -_thresholds[feature] / deviation;
        var z = mean;
        for (var i = 0; i < 8; i++) z = mean + variance * Slope(z);
        var slope = Slope(z) / Math.Log(2);
        for (var r = 0; r < Rank; r++) coefficients[r] = (float)(slope * _world.Factors.Row<float>(feature)[r] / deviation);
        coefficients[Rank] = (float)(Math.Log2(Gaussian.Hazard(z)) + slope * (mean - z) + Slack);
    }

    /// <summary>d ln(hazard) / dz.</summary>
    private static double Slope(double z) => Gaussian.Density(z) / Gaussian.Above(z) / Gaussian.Hazard(z);
}
