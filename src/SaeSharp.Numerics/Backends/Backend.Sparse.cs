namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>The k largest numbers of each row, largest first, ties to the smaller index: [.., n] → values [.., k], indices [.., k] (i32).</summary>
    /// <remarks>NaN counts as smaller than everything. n must be at least k.</remarks>
    public void TopKRows(Tensor x, Tensor values, Tensor indices)
    {
        RequireFloat(x, nameof(x));
        var k = values.Columns;
        if (k > x.Columns) throw OptionException.Invalid($"k is {k}, but each row has only {x.Columns} numbers.", $"Choose k from 1 to {x.Columns}.");
        RequireSlots(values, indices, x.RowCount);
        Shape.RequireType(values, x.DType);
        TopKRowsCore(x, values, indices);
    }

    /// <summary>1 where a number is among the k largest of its row, ties to the smaller index, else 0: [.., n] → mask [.., n]. With <paramref name="onlyPositive"/>, and above 0.</summary>
    /// <remarks>The choice of <see cref="TopKRows"/>, for a k that is a large part of n: what is chosen is not put in order.</remarks>
    public void TopKMask(Tensor x, int k, bool onlyPositive, Tensor mask)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, mask);
        if (k > x.Columns) throw OptionException.Invalid($"k is {k}, but each row has only {x.Columns} numbers.", $"Choose k from 1 to {x.Columns}.");
        TopKMaskCore(x, OptionException.NotNegative(k), onlyPositive, mask);
    }

    /// <summary>
    /// The encoder of a TopK SAE without its [rows, dSae] matrix: the k largest positive numbers of each row of (x·W + bias) ⊙ scale,
    /// largest first, ties to the smaller index. Slots beyond the positive ones hold value 0 and index −1.
    /// </summary>
    /// <param name="x">[rows, dIn].</param>
    /// <param name="encoder">W [dIn, dSae].</param>
    /// <param name="bias">[dSae].</param>
    /// <param name="scale">[dSae] (decoder norms), or null for 1.</param>
    /// <param name="values">[rows, k].</param>
    /// <param name="indices">[rows, k], i32.</param>
    public void EncodeTopK(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, Tensor values, Tensor indices)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(x, [("dIn", encoder.K)]);
        Shape.Require(bias, x.DType, [("dSae", encoder.N)]);
        if (scale is not null) Shape.Require(scale, x.DType, [("dSae", encoder.N)]);
        Shape.RequireType(values, x.DType);
        RequireSlots(values, indices, x.RowCount);
        EncodeTopKCore(x, encoder, bias, scale, values, indices);
    }

    /// <summary>y = Σ_j values[row, j] · w[indices[row, j]] + bias, slots in order: [rows, k] → [rows, d]. Index −1 is skipped; a null bias counts as 0.</summary>
    public void SparseDecode(Tensor values, Tensor indices, Tensor w, Tensor? bias, Tensor y)
    {
        RequireFloat(values, nameof(values));
        RequireSlots(values, indices, y.RowCount);
        Shape.Require(y, values.DType, [("d", w.Columns)]);
        if (bias is not null) Shape.Require(bias, values.DType, [("d", w.Columns)]);
        SparseDecodeCore(values, indices, w, bias, y);
    }

    /// <summary>dValues[row, j] = dy[row] · w[indices[row, j]]; 0 where the index is −1. [rows, d] → [rows, k].</summary>
    public void SparseDots(Tensor dy, Tensor indices, Tensor w, Tensor dValues)
    {
        RequireFloat(dy, nameof(dy));
        Shape.Require(w, dy.DType, [("d", dy.Columns)]);
        RequireSlots(dValues, indices, dy.RowCount);
        SparseDotsCore(dy, indices, w, dValues);
    }

    /// <summary>dW[f] = Σ over entries of f of values[entry] · y[row of the entry], in entry order; features without entries get 0. y [rows, d] → dW [n, d].</summary>
    /// <param name="values">[rows, k]; or, where <paramref name="order"/> sorted ragged rows, their <see cref="SparseRows.Values"/> or <see cref="SparseRows.Gradients"/>.</param>
    /// <param name="order">The entries sorted by feature.</param>
    /// <param name="y">[rows, d].</param>
    /// <param name="dW">[n, d].</param>
    /// <param name="accumulate">Whether the sums are added to dW; features without entries are then left alone.</param>
    public void SparseGradient(Tensor values, FeatureMajor order, Tensor y, Tensor dW, bool accumulate = false)
    {
        RequireFloat(values, nameof(values));
        Shape.RequireType(y, values.DType);
        Shape.Require(dW, values.DType, [("n", order.Features), ("d", y.Columns)]);
        if (!order.IsRagged && values.RowCount != y.RowCount) throw ShapeException.Mismatch(nameof(values), $"{y.RowCount} rows", values.ShapeText);
        if (values.Count < order.Entries.Length) throw ShapeException.Mismatch(nameof(values), $"{order.Entries.Length} entries", values.ShapeText);
        SparseGradientCore(values, order, y, dW, accumulate);
    }

    private static void RequireSlots(Tensor values, Tensor indices, int rows)
    {
        Shape.RequireType(indices, DType.I32);
        if (!values.Shape.SequenceEqual(indices.Shape)) throw ShapeException.Mismatch(nameof(indices), values.ShapeText, indices.ShapeText);
        if (values.RowCount != rows) throw ShapeException.Mismatch(nameof(values), $"{rows} rows", values.ShapeText);
    }

    protected abstract void TopKRowsCore(Tensor x, Tensor values, Tensor indices);
    protected abstract void TopKMaskCore(Tensor x, int k, bool onlyPositive, Tensor mask);
    protected abstract void EncodeTopKCore(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, Tensor values, Tensor indices);
    protected abstract void SparseDecodeCore(Tensor values, Tensor indices, Tensor w, Tensor? bias, Tensor y);
    protected abstract void SparseDotsCore(Tensor dy, Tensor indices, Tensor w, Tensor dValues);
    protected abstract void SparseGradientCore(Tensor values, FeatureMajor order, Tensor y, Tensor dW, bool accumulate);
}
