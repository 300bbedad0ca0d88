using SaeSharp.Numerics;

namespace SaeSharp.Saes.Metrics;

/// <summary>What metrics look at: activations [rows, dIn], their reconstructions [rows, dIn] and their codes, row by row the same tokens.</summary>
public sealed class MetricBatch
{
    /// <exception cref="ShapeException">The three do not fit together.</exception>
    public MetricBatch(Tensor x, Tensor reconstruction, SparseCodes codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        Shape.RequireSame(x, reconstruction);
        Shape.Require(x, [("rows", codes.Rows), ("dIn", x.Columns)]);
        (X, Reconstruction, Codes) = (x.To(DType.F64), reconstruction.To(DType.F64), codes);
    }

    public int Rows => Codes.Rows;

    /// <summary>[rows, dIn], f64.</summary>
    public Tensor X { get; }

    /// <summary>x̂ [rows, dIn], f64.</summary>
    public Tensor Reconstruction { get; }

    public SparseCodes Codes { get; }

    internal ReadOnlySpan<double> Row(int row) => X.Row<double>(row);

    internal ReadOnlySpan<double> ReconstructionRow(int row) => Reconstruction.Row<double>(row);

    /// <summary>‖x − x̂‖² of one row.</summary>
    internal double SquaredError(int row)
    {
        var sum = 0.0;
        ReadOnlySpan<double> x = Row(row), y = ReconstructionRow(row);
        for (var i = 0; i < x.Length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        return sum;
    }

    /// <summary>Σ a·b of two rows.</summary>
    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
