using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Saes.Synthetic.Scores;

/// <summary>|cos| between learnt directions and true ones, and the true feature that each latent points at most.</summary>
/// <remarks>Rows are divided by their norm, by at least 1e-8 (SAELens): a row of zeros has cosine 0 with everything and points at feature 0.</remarks>
public sealed class DirectionMatch
{
    /// <param name="learnt">[latents, dIn], f32 or f64.</param>
    /// <param name="truth">[features, dIn], of the same type.</param>
    /// <param name="backend">Where.</param>
    public DirectionMatch(Tensor learnt, Tensor truth, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(learnt);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(backend);
        Shape.Require(truth, learnt.DType, [("features", truth.RowCount), ("dIn", learnt.Columns)]);
        Cosines = Tensor.Zeros(learnt.DType, learnt.RowCount, truth.RowCount);
        Tensor a = Unit(learnt), b = Unit(truth);
        backend.MatMul(a, b, Cosines, Transpose.B);
        a.Free();
        b.Free();
        Best = new int[learnt.RowCount];
        if (learnt.DType == DType.F64) FindBest<double>();
        else FindBest<float>();
    }

    /// <summary>|cos| [latents, features].</summary>
    public Tensor Cosines { get; }

    /// <summary>The feature nearest to each latent; the first of several.</summary>
    public int[] Best { get; }

    /// <summary>Different features that latents point at, over the number of latents.</summary>
    public double Uniqueness => Best.Length == 0 ? 0 : (double)Best.Distinct().Count() / Best.Length;

    /// <summary>Mean |cos| of the pairs when each latent gets a feature of its own (or each feature a latent, if those are fewer) so that the sum is largest: the MCC.</summary>
    public double MeanCorrelationCoefficient()
    {
        var pairs = Assignment.Largest(Cosines);
        var (sum, count) = (0.0, 0);
        for (var row = 0; row < pairs.Length; row++)
        {
            if (pairs[row] < 0) continue;
            sum += Cosines.Read((long)row * Cosines.Columns + pairs[row]);
            count++;
        }
        return count > 0 ? sum / count : 0;
    }

    /// <summary>A copy with unit rows.</summary>
    internal static Tensor Unit(Tensor rows)
    {
        var unit = rows.Clone();
        FeatureDirections.Normalise(unit);
        return unit;
    }

    private void FindBest<T>() where T : unmanaged, System.Numerics.INumber<T>
    {
        for (var row = 0; row < Best.Length; row++)
        {
            var cosines = Cosines.Row<T>(row);
            TensorPrimitives.Abs<T>(cosines, cosines);
            Best[row] = TensorPrimitives.IndexOfMax<T>(cosines);
        }
    }
}
