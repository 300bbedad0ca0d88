using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Autograd;

public sealed partial class Tape
{
    /// <summary>op(a)·op(b): [.., k] · [k, n] → [.., n]; with a transposed, [m, n].</summary>
    public Variable MatMul(Variable a, Variable b, Transpose transpose = Transpose.None)
    {
        var turnedA = transpose is Transpose.A or Transpose.Both;
        var turnedB = transpose is Transpose.B or Transpose.Both;
        var n = turnedB ? b.Value.RowCount : b.Value.Columns;
        var c = turnedA ? New(a.Value.DType, a.Value.Columns, n) : New(a.Value.DType, [.. a.Value.Shape[..^1], n]);
        backend.MatMul(a.Value, b.Value, c, transpose);
        return Record(c, [a, b], dc =>
        {
            // dA = dC·op(b)ᵀ and dB = op(a)ᵀ·dC, each turned as its operand lies.
            if (a.GradientSum() is { } da)
            {
                if (turnedA) backend.MatMul(b.Value, dc, da, turnedB ? Transpose.Both : Transpose.B, accumulate: true);
                else backend.MatMul(dc, b.Value, da, turnedB ? Transpose.None : Transpose.B, accumulate: true);
            }
            if (b.GradientSum() is { } db)
            {
                if (turnedB) backend.MatMul(dc, a.Value, db, turnedA ? Transpose.Both : Transpose.A, accumulate: true);
                else backend.MatMul(a.Value, dc, db, turnedA ? Transpose.None : Transpose.A, accumulate: true);
            }
        });
    }

    /// <summary>a + b, shapes equal.</summary>
    public Variable Add(Variable a, Variable b)
    {
        var y = Like(a);
        backend.Add(a.Value, b.Value, y);
        return Record(y, [a, b], dy =>
        {
            a.AddGradient(backend, dy.CopyTo);
            b.AddGradient(backend, dy.CopyTo);
        });
    }

    /// <summary>a ⊙ b, shapes equal.</summary>
    public Variable Multiply(Variable a, Variable b)
    {
        var y = Like(a);
        backend.Multiply(a.Value, b.Value, y);
        return Record(y, [a, b], dy =>
        {
            a.AddGradient(backend, da => backend.Multiply(dy, b.Value, da));
            b.AddGradient(backend, db => backend.Multiply(dy, a.Value, db));
        });
    }

    /// <summary>factor · x.</summary>
    public Variable Scale(Variable x, double factor)
    {
        var y = Like(x);
        backend.Scale(x.Value, factor, y);
        return Record(y, [x], dy => x.AddGradient(backend, dx => backend.Scale(dy, factor, dx)));
    }

    /// <summary>x + bias on every row: [.., n] + [n].</summary>
    public Variable AddRow(Variable x, Variable bias)
    {
        var y = Like(x);
        backend.AddRow(x.Value, bias.Value, y);
        return Record(y, [x, bias], dy =>
        {
            x.AddGradient(backend, dy.CopyTo);
            if (bias.GradientSum() is { } sums) backend.AddColumnSums(dy, sums);
        });
    }

    /// <summary>activation(x), element by element.</summary>
    public Variable Activate(Activation activation, Variable x)
    {
        var y = Like(x);
        backend.Activate(activation, x.Value, y);
        return Record(y, [x], dy => x.AddGradient(backend, dx => backend.ActivateBackward(activation, x.Value, dy, dx)));
    }
}
