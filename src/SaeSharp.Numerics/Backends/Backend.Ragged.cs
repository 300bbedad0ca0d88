namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>The encoder of a JumpReLU or ReLU SAE without its [rows, dSae] matrix: every number of (x·W + bias) ⊙ scale above its latent's threshold, latents ascending in each row.</summary>
    /// <param name="x">[rows, dIn].</param>
    /// <param name="encoder">W [dIn, dSae].</param>
    /// <param name="bias">[dSae], or null for 0.</param>
    /// <param name="scale">[dSae], or null for 1.</param>
    /// <param name="thresholds">[dSae], or null for 0. A number must be above, not at, its threshold; NaN is above nothing.</param>
    /// <param name="code">Gets the numbers; it is resized to x's rows.</param>
    public void EncodeAbove(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, Tensor? thresholds, SparseRows code)
    {
        RequireEncoder(x, encoder, bias, scale, code);
        if (thresholds is not null) Shape.Require(thresholds, x.DType, [("dSae", encoder.N)]);
        code.Resize(x.RowCount);
        EncodeAboveCore(x, encoder, bias, scale, thresholds, code);
    }

    /// <summary>
    /// The encoder of a BatchTopK SAE (arXiv:2412.06410) without its [rows, dSae] matrix: the <paramref name="count"/> largest positive numbers of all rows of
    /// (x·W + bias) ⊙ scale together, latents ascending in each row. Ties go to the smaller row, then to the smaller latent; where fewer are positive, there are fewer.
    /// </summary>
    /// <inheritdoc cref="EncodeAbove"/>
    /// <param name="count">How many over the whole batch: ⌊k · rows⌋.</param>
    public void EncodeBatchTopK(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, int count, SparseRows code)
    {
        RequireEncoder(x, encoder, bias, scale, code);
        code.Resize(x.RowCount);
        EncodeBatchTopKCore(x, encoder, bias, scale, OptionException.NotNegative(count), code);
    }

    /// <summary>y = Σ over each row's entries of value · w[index] + bias, in their order, or y += with <paramref name="accumulate"/>: → [rows, d]. A null bias counts as 0.</summary>
    public void SparseDecode(SparseRows code, Tensor w, Tensor? bias, Tensor y, bool accumulate = false)
    {
        Shape.Require(y, code.Type, [("d", w.Columns)]);
        if (bias is not null) Shape.Require(bias, code.Type, [("d", w.Columns)]);
        RequireRows(code, y);
        SparseDecodeCore(code, w, bias, y, accumulate);
    }

    /// <summary>gradient = dy[row] · w[index] for each entry, into <see cref="SparseRows.Gradients"/>. dy [rows, d], w [n, d].</summary>
    public void SparseDots(Tensor dy, SparseRows code, Tensor w)
    {
        Shape.Require(dy, code.Type, [("d", w.Columns)]);
        Shape.RequireType(w, dy.DType);
        RequireRows(code, dy);
        SparseDotsCore(dy, code, w);
    }

    /// <summary>
    /// Decoding and its way back in one pass over w: residual = target − Σ over each row's entries of value · w[index], dots = residual[row] · w[index] for each entry.
    /// An entry whose value is 0 takes no part in the sum.
    /// </summary>
    /// <param name="code">Rows and latents of the entries; its own values and gradients are not touched.</param>
    /// <param name="values">One number for each entry.</param>
    /// <param name="w">[n, d].</param>
    /// <param name="target">[rows, d].</param>
    /// <param name="residual">[rows, d]; may be <paramref name="target"/>.</param>
    /// <param name="dots">One number for each entry; not <paramref name="values"/>.</param>
    public void SparseResidual(SparseRows code, Tensor values, Tensor w, Tensor target, Tensor residual, Tensor dots)
    {
        Shape.Require(target, code.Type, [("d", w.Columns)]);
        Shape.RequireSame(target, residual);
        Shape.RequireType(w, code.Type);
        RequireRows(code, target);
        RequireEntries(code, values, nameof(values));
        RequireEntries(code, dots, nameof(dots));
        SparseResidualCore(code, values, w, target, residual, dots);
    }

    private static void RequireEntries(SparseRows code, Tensor numbers, string name)
    {
        Shape.RequireType(numbers, code.Type);
        if (numbers.Count < code.Count) throw ShapeException.Mismatch(name, $"{code.Count} entries", numbers.ShapeText);
    }

    private static void RequireEncoder(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, SparseRows code)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(x, [("dIn", encoder.K)]);
        if (bias is not null) Shape.Require(bias, x.DType, [("dSae", encoder.N)]);
        if (scale is not null) Shape.Require(scale, x.DType, [("dSae", encoder.N)]);
        Shape.RequireType(code.Values, x.DType);
    }

    private static void RequireRows(SparseRows code, Tensor rows)
    {
        if (rows.RowCount != code.Rows) throw ShapeException.Mismatch(nameof(rows), $"{code.Rows} rows", rows.ShapeText);
    }

    protected abstract void EncodeAboveCore(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, Tensor? thresholds, SparseRows code);
    protected abstract void EncodeBatchTopKCore(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, int count, SparseRows code);
    protected abstract void SparseDecodeCore(SparseRows code, Tensor w, Tensor? bias, Tensor y, bool accumulate);
    protected abstract void SparseDotsCore(Tensor dy, SparseRows code, Tensor w);
    protected abstract void SparseResidualCore(SparseRows code, Tensor values, Tensor w, Tensor target, Tensor residual, Tensor dots);
}
