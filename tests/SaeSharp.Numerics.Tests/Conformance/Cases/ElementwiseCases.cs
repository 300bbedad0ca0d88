using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class ElementwiseCases
{
    private static readonly double[] AnyNumber = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1e-40, 1e30];
    private static readonly double[] Defined = [double.NaN, double.PositiveInfinity, 0, -0.0, 100, -100, 1e4, -1e4];
    private static readonly double[] Steep = [double.NaN, 0, -0.0, 30, -30, 1e4, -1e4];

    public static OpCase[] All =>
    [
        new(nameof(Backend.Add), draw => Pair(draw, (backend, a, b, y) => backend.Add(a, b, y))),
        new(nameof(Backend.Multiply), draw => Pair(draw, (backend, a, b, y) => backend.Multiply(a, b, y))),
        new(nameof(Backend.Scale), Scale),
        new(nameof(Backend.AddRow), draw => WithRow(draw, (backend, x, row, y) => backend.AddRow(x, row, y))),
        new(nameof(Backend.MultiplyRow), draw => WithRow(draw, (backend, x, row, y) => backend.MultiplyRow(x, row, y))),
        new(nameof(Backend.SoftCap), SoftCap),
        new(nameof(Backend.AddColumnSums), AddColumnSums),
        new(nameof(Backend.Activate), Activate),
        new(nameof(Backend.ActivateBackward), ActivateBackward),
    ];

    private static Problem Pair(Draw draw, Action<Backend, Tensor, Tensor, Tensor> run)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Below(3));
        var a = draw.NormalsWith(AnyNumber, rows, columns);
        var b = draw.NormalsWith(AnyNumber, rows, columns);
        return Problem.ByRows(rows, Tolerance.Exact, (backend, outputs, first, count) =>
        {
            var (left, right) = (a.Rows(first, count), b.Rows(first, count));
            var y = inPlace == 0 ? outputs.New(a.DType, count, columns) : outputs.Copy(inPlace == 1 ? left : right);
            run(backend, inPlace == 1 ? y : left, inPlace == 2 ? y : right, y);
        });
    }

    private static Problem Scale(Draw draw)
    {
        var (rows, columns, inPlace, factor) = (draw.Size(), draw.Size(), draw.Coin(), draw.Normal());
        var x = draw.NormalsWith([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1e30], rows, columns);
        return Problem.ByRows(rows, Tolerance.Rounding, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, x.Rows(first, count));
            backend.Scale(from, factor, to);
        });
    }

    private static Problem WithRow(Draw draw, Action<Backend, Tensor, Tensor, Tensor> run)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Coin());
        var x = draw.NormalsWith(AnyNumber, rows, columns);
        var row = draw.NormalsWith(AnyNumber, columns);
        return Problem.ByRows(rows, Tolerance.Exact, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, x.Rows(first, count));
            run(backend, from, row, to);
        });
    }

    private static Problem SoftCap(Draw draw)
    {
        var (rows, columns, inPlace, cap) = (draw.Size(), draw.Size(), draw.Coin(), 0.1 + Math.Abs(draw.Normal()));
        var x = draw.NormalsWith(Defined, rows, columns);
        return Problem.ByRows(rows, Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, x.Rows(first, count));
            backend.SoftCap(from, cap, to);
        });
    }

    private static Problem AddColumnSums(Draw draw)
    {
        var (rows, columns) = (draw.Size(), draw.Size());
        var x = draw.Normals(rows, columns);
        var start = draw.Normals(columns);
        return Problem.Whole(Tolerance.Sum(rows), (backend, outputs) => backend.AddColumnSums(x, outputs.Copy(start)));
    }

    private static Problem Activate(Draw draw)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Coin());
        var activation = draw.OneOf(Enum.GetValues<Activation>());
        var x = draw.NormalsWith(activation == Activation.Relu ? AnyNumber : Defined, rows, columns);
        return Problem.ByRows(rows, activation == Activation.Relu ? Tolerance.Exact : Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, x.Rows(first, count));
            backend.Activate(activation, from, to);
        });
    }

    private static Problem ActivateBackward(Draw draw)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Coin());
        var activation = draw.OneOf(Enum.GetValues<Activation>());
        var x = activation == Activation.Relu ? draw.Normals(rows, columns) : draw.NormalsWith(Steep, rows, columns);
        var dy = draw.Normals(rows, columns);
        return Problem.ByRows(rows, activation == Activation.Relu ? Tolerance.Exact : Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (upstream, dx) = outputs.Maybe(inPlace, dy.Rows(first, count));
            backend.ActivateBackward(activation, x.Rows(first, count), upstream, dx);
        });
    }
}
