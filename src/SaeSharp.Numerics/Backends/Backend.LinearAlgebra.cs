namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>c = op(a)·op(b), or c += with <paramref name="accumulate"/>: [m, k] · [k, n] → [m, n], leading axes counted as rows.</summary>
    /// <exception cref="ShapeException">The inner sizes differ, or c is not [m, n].</exception>
    public void MatMul(Tensor a, Tensor b, Tensor c, Transpose transpose = Transpose.None, bool accumulate = false)
    {
        RequireFloat(a, nameof(a));
        Shape.RequireType(b, a.DType);
        Shape.RequireType(c, a.DType);
        var (m, k) = transpose is Transpose.A or Transpose.Both ? (a.Columns, a.RowCount) : (a.RowCount, a.Columns);
        var (k2, n) = transpose is Transpose.B or Transpose.Both ? (b.Columns, b.RowCount) : (b.RowCount, b.Columns);
        if (k != k2) throw ShapeException.Mismatch(nameof(b), $"an inner size of {k} to fit a {a.ShapeText}", b.ShapeText);
        if (c.RowCount != m || c.Columns != n) throw ShapeException.Mismatch(nameof(c), $"[{m}, {n}]", c.ShapeText);
        MatMulCore(a, b, c, m, n, k, transpose, accumulate);
    }

    /// <summary>c = a·w with a packed weight (any float type): [.., k] → [.., n].</summary>
    public void MatMul(Tensor a, PackedMatrix w, Tensor c)
    {
        RequireFloat(a, nameof(a));
        Shape.Require(a, [("k", w.K)]);
        Shape.Require(c, a.DType, [("n", w.N)]);
        if (a.RowCount != c.RowCount) throw ShapeException.Mismatch(nameof(c), $"{a.RowCount} rows", c.ShapeText);
        MatMulPackedCore(a, w, c);
    }

    /// <summary>c = a·wᵀ with a weight as checkpoints store it, w [n, k] of any float type: [.., k] → [.., n]. The bits are those of the packed weight's product, and nothing of the weight's size is allocated.</summary>
    /// <remarks>For a weight that is used once or twice: each use rearranges it again, a few panels at a time in the cache.</remarks>
    public void MatMulStored(Tensor a, Tensor w, Tensor c)
    {
        RequireFloat(a, nameof(a));
        Shape.Require(w, w.DType, [("n", c.Columns), ("k", a.Columns)]);
        Shape.Require(c, a.DType, [("n", c.Columns)]);
        if (a.RowCount != c.RowCount) throw ShapeException.Mismatch(nameof(c), $"{a.RowCount} rows", c.ShapeText);
        MatMulStoredCore(a, w, c);
    }

    /// <summary><paramref name="matrix"/> [k, n], or [n, k] with <see cref="Transpose.B"/>, packed into new memory. Where the matrix lies in a mapped file, what was read of it leaves the memory again.</summary>
    public PackedMatrix Pack(Tensor matrix, Transpose layout)
    {
        var byRows = layout == Transpose.B;
        var packed = PackedMatrix.Empty(matrix.DType, byRows ? matrix.Columns : matrix.RowCount, byRows ? matrix.RowCount : matrix.Columns);
        Pack(matrix, layout, packed);
        matrix.LeaveMemory(0, matrix.Bytes);
        return packed;
    }

    /// <summary>Overwrites <paramref name="packed"/> with <paramref name="matrix"/> [k, n], or [n, k] with <see cref="Transpose.B"/>, of the same type.</summary>
    public void Pack(Tensor matrix, Transpose layout, PackedMatrix packed)
    {
        packed.RequireFits(matrix, layout);
        packed.Forget();
        PackCore(matrix, layout, packed);
    }

    protected abstract void PackCore(Tensor matrix, Transpose layout, PackedMatrix packed);

    protected abstract void MatMulCore(Tensor a, Tensor b, Tensor c, int m, int n, int k, Transpose transpose, bool accumulate);

    protected abstract void MatMulPackedCore(Tensor a, PackedMatrix w, Tensor c);

    protected abstract void MatMulStoredCore(Tensor a, Tensor w, Tensor c);
}
