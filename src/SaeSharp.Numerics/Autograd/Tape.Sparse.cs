using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Autograd;

public sealed partial class Tape
{
    /// <summary>The k largest numbers of each row, largest first, and where they stand: [rows, n] → [rows, k] and indices [rows, k] (i32).</summary>
    /// <remarks>The choice counts as constant: only chosen numbers get a gradient.</remarks>
    public (Variable Values, Tensor Indices) TopK(Variable x, int k)
    {
        var (rows, type) = (x.Value.RowCount, x.Value.DType);
        var (values, indices) = (New(type, rows, k), New(DType.I32, rows, k));
        backend.TopKRows(x.Value, values, indices);
        return (Record(values, [x], dy => Scatter(dy, indices, x)), indices);
    }

    /// <summary>y[row, j] = x[row, indices[row, j]], 0 where the index is −1: [rows, n] → [rows, k]. Gradients of a repeated index add up.</summary>
    /// <exception cref="ShapeException">The indices are not i32 [rows, k].</exception>
    public Variable Gather(Variable x, Tensor indices)
    {
        Shape.RequireType(indices, DType.I32);
        if (indices.RowCount != x.Value.RowCount) throw ShapeException.Mismatch(nameof(indices), $"{x.Value.RowCount} rows", indices.ShapeText);
        var y = New(x.Value.DType, indices.Shape);
        for (var slot = 0L; slot < y.Count; slot++)
            if (At(x.Value, indices, slot) is { } at)
                y.Write(slot, x.Value.Read(at));
        return Record(y, [x], dy => Scatter(dy, indices, x));
    }

    /// <summary>Σ_j values[row, j] · w[indices[row, j]] + bias: values and indices [rows, k], w [n, d] → [rows, d]. Index −1 is skipped; the indices are constant.</summary>
    public Variable SparseDecode(Variable values, Tensor indices, Variable w, Variable? bias)
    {
        var y = New(values.Value.DType, values.Value.RowCount, w.Value.Columns);
        backend.SparseDecode(values.Value, indices, w.Value, bias?.Value, y);
        return Record(y, [values, w, bias], dy =>
        {
            values.AddGradient(backend, dValues => backend.SparseDots(dy, indices, w.Value, dValues));
            w.AddGradient(backend, dW =>
            {
                var order = new FeatureMajor(w.Value.RowCount);
                order.Sort(indices.Span<int>());
                backend.SparseGradient(values.Value, order, dy, dW);
            });
            if (bias?.GradientSum() is { } sums) backend.AddColumnSums(dy, sums);
        });
    }

    private static void Scatter(Tensor dy, Tensor indices, Variable x)
    {
        var dx = x.GradientSum()!;
        for (var slot = 0L; slot < dy.Count; slot++)
            if (At(dx, indices, slot) is { } at)
                dx.Write(at, dx.Read(at) + dy.Read(slot));
    }

    /// <summary>The element of x [rows, n] that a slot of indices [rows, k] points at; null for an empty slot.</summary>
    private static long? At(Tensor x, Tensor indices, long slot)
    {
        var index = (int)indices.Read(slot);
        if (index < 0) return null;
        if (index >= x.Columns) throw ShapeException.Mismatch(nameof(indices), $"numbers below {x.Columns}", $"{index}");
        return slot / indices.Columns * x.Columns + index;
    }
}
