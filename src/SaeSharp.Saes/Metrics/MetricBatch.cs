using System.Numerics;
using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Saes.Metrics;

/// <summary>What metrics look at: activations [rows, dIn], their reconstructions [rows, dIn] and their codes, row by row the same tokens.</summary>
/// <remarks>What several metrics are made of is summed once for all of them, row by row in f64, so that a row's numbers do not depend on the rows beside it.</remarks>
public sealed class MetricBatch
{
    private readonly Tensor _x, _y;
    private readonly double[] _row, _other;

    /// <param name="x">[rows, dIn], f32 or f64.</param>
    /// <param name="reconstruction">x̂ [rows, dIn].</param>
    /// <param name="codes">f.</param>
    /// <param name="textStarts">Rows at which a text begins, ascending from 0; left out: all rows are one text.</param>
    /// <exception cref="ShapeException">The three do not fit together.</exception>
    public MetricBatch(Tensor x, Tensor reconstruction, SparseCodes codes, int[]? textStarts = null)
    {
        ArgumentNullException.ThrowIfNull(codes);
        Shape.RequireSame(x, reconstruction);
        Shape.Require(x, [("rows", codes.Rows), ("dIn", x.Columns)]);
        (_x, _y, Codes, TextStarts) = (x, reconstruction, codes, textStarts ?? [0]);
        (_row, _other) = (new double[x.Columns], new double[x.Columns]);
        (Squares, ReconstructionSquares, Products, SquaredErrors) = (new double[Rows], new double[Rows], new double[Rows], new double[Rows]);
        for (var row = 0; row < Rows; row++) Sum(row);
    }

    public int Rows => Codes.Rows;

    public int Columns => _x.Columns;

    public SparseCodes Codes { get; }

    /// <summary>Rows at which a text begins.</summary>
    public int[] TextStarts { get; }

    /// <summary>‖x‖², [rows].</summary>
    internal double[] Squares { get; }

    /// <summary>‖x̂‖², [rows].</summary>
    internal double[] ReconstructionSquares { get; }

    /// <summary>x·x̂, [rows].</summary>
    internal double[] Products { get; }

    /// <summary>‖x − x̂‖², [rows].</summary>
    internal double[] SquaredErrors { get; }

    /// <summary>x of one row; valid until the next row is asked for.</summary>
    internal ReadOnlySpan<double> Row(int row) => Widen(_x, row, _row);

    /// <summary>x − x̂ of one row; valid until the next is asked for.</summary>
    internal ReadOnlySpan<double> Error(int row)
    {
        TensorPrimitives.Subtract(Widen(_x, row, _other), Widen(_y, row, _row), _other);
        return _other;
    }

    private void Sum(int row)
    {
        ReadOnlySpan<double> x = Widen(_x, row, _row), y = Widen(_y, row, _other);
        Vector<double> squares = default, reconstruction = default, products = default, errors = default;
        var i = 0;
        for (; i <= x.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector<double> a = new(x[i..]), b = new(y[i..]);
            squares += a * a;
            reconstruction += b * b;
            products += a * b;
            errors += (a - b) * (a - b);
        }
        (Squares[row], ReconstructionSquares[row], Products[row], SquaredErrors[row]) = (Vector.Sum(squares), Vector.Sum(reconstruction), Vector.Sum(products), Vector.Sum(errors));
        for (; i < x.Length; i++)
        {
            Squares[row] += x[i] * x[i];
            ReconstructionSquares[row] += y[i] * y[i];
            Products[row] += x[i] * y[i];
            SquaredErrors[row] += (x[i] - y[i]) * (x[i] - y[i]);
        }
    }

    private static ReadOnlySpan<double> Widen(Tensor tensor, int row, double[] into)
    {
        if (tensor.DType == DType.F64) tensor.Row<double>(row).CopyTo(into);
        else TensorPrimitives.ConvertChecked<float, double>(tensor.Row<float>(row), into);
        return into;
    }
}
