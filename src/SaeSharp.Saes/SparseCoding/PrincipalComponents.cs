using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>The directions in which signals vary most: the best linear code of any length, and the one that sparse codes are to be held against.</summary>
/// <remarks>Eigenvectors of the covariance, in f64. The entry of the largest magnitude in each component is positive.</remarks>
public sealed class PrincipalComponents
{
    /// <param name="signals">[m, d], f32 or f64; at least two.</param>
    /// <param name="backend">Whose threads compute.</param>
    public PrincipalComponents(Tensor signals, Backend backend)
    {
        if (signals.DType is not (DType.F32 or DType.F64)) throw SparseCodingException.NotFloat(nameof(signals), signals.DType);
        var (m, d) = (signals.RowCount, signals.Columns);
        if (m < 2 || d == 0) throw OptionException.Invalid($"The signals are {signals.ShapeText}, too few to vary.", "Give at least two.");
        Mean = new double[d];
        var rows = new double[m][];
        for (var row = 0; row < m; row++)
        {
            rows[row] = signals.DType == DType.F64 ? signals.Row<double>(row).ToArray() : [.. signals.Row<float>(row).ToArray().Select(value => (double)value)];
            if (!double.IsFinite(AtomDictionary.Norm(rows[row]))) throw SparseCodingException.SignalNotFinite(row, m);
            TensorPrimitives.Add<double>(Mean, rows[row], Mean);
        }
        TensorPrimitives.Divide(Mean, m, Mean);
        foreach (var row in rows) TensorPrimitives.Subtract(row, Mean, row);
        var scatter = new ScatterJob(rows, [.. Enumerable.Range(0, d).Select(_ => new double[d])]);
        backend.Run(d, ref scatter);
        var eigen = new SymmetricEigen(scatter.Sums);
        Components = Tensor.Zeros(DType.F64, d, d);
        for (var i = 0; i < d; i++)
        {
            var vector = eigen.Vectors[i];
            var sign = vector[TensorPrimitives.IndexOfMaxMagnitude<double>(vector)] < 0 ? -1.0 : 1.0;
            TensorPrimitives.Multiply(vector, sign, Components.Row<double>(i));
        }
        SingularValues = [.. eigen.Values.Select(value => Math.Sqrt(Math.Max(0, value)))];
        Variances = [.. eigen.Values.Select(value => Math.Max(0, value) / (m - 1))];
    }

    /// <summary>[d].</summary>
    public double[] Mean { get; }

    /// <summary>One component a row, the one with the largest variance first: [d, d], f64.</summary>
    public Tensor Components { get; }

    /// <summary>Of the centred signals, falling: [d].</summary>
    public double[] SingularValues { get; }

    /// <summary>Variance along each component, over m − 1: [d].</summary>
    public double[] Variances { get; }

    private readonly struct ScatterJob(double[][] rows, double[][] sums) : Numerics.Threads.IJob
    {
        public double[][] Sums => sums;

        public void Run(int part)
        {
            foreach (var row in rows) TensorPrimitives.MultiplyAdd(row, row[part], sums[part], sums[part]);
        }
    }
}
