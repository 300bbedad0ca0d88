using SaeSharp.Numerics.Autograd;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Tests.Conformance;

namespace SaeSharp.Numerics.Tests.Autograd;

/// <summary>For every op of the tape, how to draw a gradient check.</summary>
internal static class TapeOps
{
    private const double Epsilon = 1e-3;

    public static IReadOnlyDictionary<string, Func<Draw, GradientCheck>> Checks { get; } = new Dictionary<string, Func<Draw, GradientCheck>>
    {
        [nameof(Tape.MatMul)] = MatMul,
        [nameof(Tape.Add)] = draw => Pair(draw, (tape, a, b) => tape.Add(a, b)),
        [nameof(Tape.Multiply)] = draw => Pair(draw, (tape, a, b) => tape.Multiply(a, b)),
        [nameof(Tape.Scale)] = draw => Single(draw, (tape, x) => tape.Scale(x, -1.7)),
        [nameof(Tape.AddRow)] = AddRow,
        [nameof(Tape.Activate)] = Activate,
        [nameof(Tape.RmsNorm)] = RmsNorm,
        [nameof(Tape.LayerNorm)] = LayerNorm,
        [nameof(Tape.Softmax)] = draw => Single(draw, (tape, x) => tape.Softmax(x)),
        [nameof(Tape.Rotary)] = Rotary,
        [nameof(Tape.Attention)] = Attention,
        [nameof(Tape.Embed)] = Embed,
        [nameof(Tape.CrossEntropy)] = CrossEntropy,
        [nameof(Tape.Sum)] = draw => Single(draw, (tape, x) => tape.Sum(x)),
        [nameof(Tape.Mean)] = draw => Single(draw, (tape, x) => tape.Mean(x)),
        [nameof(Tape.SumOfSquares)] = draw => Single(draw, (tape, x) => tape.SumOfSquares(x)),
        [nameof(Tape.TopK)] = TopK,
        [nameof(Tape.Gather)] = Gather,
        [nameof(Tape.SparseDecode)] = SparseDecode,
        [nameof(Tape.Reshape)] = draw => Single(draw, (tape, x) => tape.Reshape(x, x.Value.Columns, x.Value.RowCount)),
        [nameof(Tape.Rows)] = Rows,
        [nameof(Tape.Detach)] = draw => Single(draw, (tape, x) => tape.Add(x, tape.Scale(tape.Detach(x), 0))),
    };

    private static GradientCheck Single(Draw draw, Func<Tape, Variable, Variable> op)
    {
        var x = Leaf(draw, draw.PositiveSize(), draw.PositiveSize());
        return new([x], tape => op(tape, x));
    }

    private static GradientCheck Pair(Draw draw, Func<Tape, Variable, Variable, Variable> op)
    {
        var (rows, columns) = (draw.PositiveSize(), draw.PositiveSize());
        var (a, b) = (Leaf(draw, rows, columns), Leaf(draw, rows, columns));
        return draw.Coin() ? new([a, b], tape => op(tape, a, b)) : new([a], tape => op(tape, a, a));
    }

    private static GradientCheck MatMul(Draw draw)
    {
        var (m, n, k, transpose) = (draw.PositiveSize(), draw.PositiveSize(), draw.PositiveSize(), draw.OneOf(Enum.GetValues<Transpose>()));
        var a = transpose is Transpose.A or Transpose.Both ? Leaf(draw, k, m) : draw.Coin() ? Leaf(draw, m, k) : Leaf(draw, m, 2, k);
        var b = transpose is Transpose.B or Transpose.Both ? Leaf(draw, n, k) : Leaf(draw, k, n);
        return new([a, b], tape => tape.MatMul(a, b, transpose));
    }

    private static GradientCheck AddRow(Draw draw)
    {
        var (rows, columns) = (draw.PositiveSize(), draw.PositiveSize());
        var (x, bias) = (Leaf(draw, rows, columns), Leaf(draw, columns));
        return new([x, bias], tape => tape.AddRow(x, bias));
    }

    private static GradientCheck Activate(Draw draw)
    {
        var activation = draw.OneOf(Enum.GetValues<Activation>());
        return Single(draw, (tape, x) => tape.Activate(activation, x));
    }

    private static GradientCheck RmsNorm(Draw draw)
    {
        var (rows, columns) = (draw.PositiveSize(), draw.PositiveSize());
        var (x, gain) = (Leaf(draw, rows, columns), Leaf(draw, columns));
        return draw.OneOf<GradientCheck>(
            new([x, gain], tape => tape.RmsNorm(x, gain, Epsilon)),
            new([x], tape => tape.RmsNorm(x, null, Epsilon)),
            new([gain], tape => tape.RmsNorm(Variable.Constant(x.Value), gain, Epsilon)));
    }

    private static GradientCheck LayerNorm(Draw draw)
    {
        // Between two numbers the norm is nearly a step: too steep for differences.
        var (rows, columns) = (draw.PositiveSize(), 3 + draw.PositiveSize());
        var (x, gain, bias) = (Leaf(draw, rows, columns), Leaf(draw, columns), Leaf(draw, columns));
        return draw.OneOf<GradientCheck>(
            new([x, gain, bias], tape => tape.LayerNorm(x, gain, bias, Epsilon)),
            new([x], tape => tape.LayerNorm(x, null, null, Epsilon)),
            new([x, bias], tape => tape.LayerNorm(x, null, bias, Epsilon)));
    }

    private static GradientCheck Rotary(Draw draw)
    {
        var (rows, pairs) = (draw.PositiveSize(), draw.PositiveSize());
        var x = Leaf(draw, rows, 2, 2 * pairs + draw.Below(3));
        var positions = draw.Integers(rows, 0, 20);
        var table = draw.RotaryTable(20, pairs);
        return new([x], tape => tape.Rotary(x, positions, table));
    }

    private static GradientCheck Attention(Draw draw)
    {
        var batch = AttentionBatch.Of(draw);
        var (q, k, v) = (Variable.Parameter(batch.Q), Variable.Parameter(batch.K), Variable.Parameter(batch.V));
        return draw.OneOf<GradientCheck>(
            new([q, k, v], tape => tape.Attention(q, k, v, batch.Sequences, batch.Spec)),
            new([v], tape => tape.Attention(Variable.Constant(batch.Q), Variable.Constant(batch.K), v, batch.Sequences, batch.Spec)));
    }

    private static GradientCheck Embed(Draw draw)
    {
        var table = Leaf(draw, draw.PositiveSize(), draw.PositiveSize());
        var ids = draw.Integers(draw.PositiveSize(), 0, table.Value.RowCount);
        return new([table], tape => tape.Embed(ids, table));
    }

    private static GradientCheck CrossEntropy(Draw draw)
    {
        var logits = Leaf(draw, draw.PositiveSize(), draw.PositiveSize());
        var targets = draw.Integers(logits.Value.RowCount, -1, logits.Value.Columns);
        return new([logits], tape => tape.CrossEntropy(logits, targets));
    }

    private static GradientCheck TopK(Draw draw)
    {
        var x = Leaf(draw, draw.PositiveSize(), draw.PositiveSize());
        var k = 1 + draw.Below(x.Value.Columns);
        return new([x], tape => tape.TopK(x, k).Values);
    }

    private static GradientCheck Gather(Draw draw)
    {
        var x = Leaf(draw, draw.PositiveSize(), draw.PositiveSize());
        var indices = draw.Fill(DType.I32, [x.Value.RowCount, draw.PositiveSize()], () => draw.Below(x.Value.Columns + 1) - 1);
        return new([x], tape => tape.Gather(x, indices));
    }

    private static GradientCheck SparseDecode(Draw draw)
    {
        var (rows, k, features, width) = (draw.PositiveSize(), draw.PositiveSize(), draw.PositiveSize(), draw.PositiveSize());
        var (values, w, bias) = (Leaf(draw, rows, k), Leaf(draw, features, width), Leaf(draw, width));
        var indices = draw.Fill(DType.I32, [rows, k], () => draw.Below(features + 1) - 1);
        return draw.Coin()
            ? new([values, w, bias], tape => tape.SparseDecode(values, indices, w, bias))
            : new([values, w], tape => tape.SparseDecode(values, indices, w, null));
    }

    private static GradientCheck Rows(Draw draw)
    {
        var x = Leaf(draw, draw.PositiveSize(), draw.PositiveSize());
        var start = draw.Below(x.Value.RowCount);
        var count = 1 + draw.Below(x.Value.RowCount - start);
        return new([x], tape => tape.Rows(x, start, count));
    }

    private static Variable Leaf(Draw draw, params ReadOnlySpan<int> shape) => Variable.Parameter(draw.Normals(shape));
}
