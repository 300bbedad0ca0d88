namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>y = (min(max(up, −limit), limit) + 1) ⊙ g·σ(alpha·g) with g = min(gate, limit): the gated activation of gpt-oss. y may be gate or up.</summary>
    public void ClampedGlu(Tensor gate, Tensor up, double alpha, double limit, Tensor y)
    {
        RequireFloat(gate, nameof(gate));
        Shape.RequireSame(gate, up);
        Shape.RequireSame(gate, y);
        ClampedGluCore(gate, up, alpha, limit, y);
    }

    /// <summary>y[rows[i]] += factors[i]·x[i] for each i in order: [n, columns], [n] → [.., columns]. A row may be named more than once.</summary>
    public void AddScaledRows(Tensor x, ReadOnlySpan<int> rows, Tensor factors, Tensor y)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(x, [("n", rows.Length), ("columns", y.Columns)]);
        Shape.Require(factors, x.DType, [("n", rows.Length)]);
        Shape.RequireType(y, x.DType);
        foreach (var row in rows)
            if ((uint)row >= (uint)y.RowCount) throw ShapeException.Mismatch(nameof(rows), $"rows below {y.RowCount}", $"{row}");
        AddScaledRowsCore(x, rows, factors, y);
    }

    protected abstract void ClampedGluCore(Tensor gate, Tensor up, double alpha, double limit, Tensor y);
    protected abstract void AddScaledRowsCore(Tensor x, ReadOnlySpan<int> rows, Tensor factors, Tensor y);
}
