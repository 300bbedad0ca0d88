using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class NormCases
{
    private const double Epsilon = 1e-5;

    public static OpCase[] All =>
    [
        new(nameof(Backend.RmsNorm), draw => Forward(draw, (backend, x, gain, _, y) => backend.RmsNorm(x, gain, Epsilon, y))),
        new(nameof(Backend.LayerNorm), draw => Forward(draw, (backend, x, gain, bias, y) => backend.LayerNorm(x, gain, bias, Epsilon, y))),
        new(nameof(Backend.Softmax), Softmax),
        new(nameof(Backend.RmsNormBackward), draw => Backward(draw, (backend, x, gain, dy, dx, dGain, _) => backend.RmsNormBackward(x, gain, Epsilon, dy, dx, dGain))),
        new(nameof(Backend.LayerNormBackward), draw => Backward(draw, (backend, x, gain, dy, dx, dGain, dBias) => backend.LayerNormBackward(x, gain, Epsilon, dy, dx, dGain, dBias))),
        new(nameof(Backend.SoftmaxBackward), SoftmaxBackward),
    ];

    private delegate void ForwardOp(Backend backend, Tensor x, Tensor? gain, Tensor? bias, Tensor y);

    private delegate void BackwardOp(Backend backend, Tensor x, Tensor? gain, Tensor dy, Tensor dx, Tensor? dGain, Tensor? dBias);

    private static Problem Forward(Draw draw, ForwardOp run)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Coin());
        var x = Rows(draw, rows, columns);
        var gain = draw.Coin() ? draw.Normals(columns) : null;
        var bias = draw.Coin() ? draw.Normals(columns) : null;
        return Problem.ByRows(rows, Tolerance.Row, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, x.Rows(first, count));
            run(backend, from, gain, bias, to);
        });
    }

    private static Problem Backward(Draw draw, BackwardOp run)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Coin());
        var x = draw.Normals(rows, columns);
        var dy = draw.Normals(rows, columns);
        var gain = draw.Coin() ? draw.Normals(columns) : null;
        var dGain = draw.Coin() ? draw.Normals(columns) : null;
        var dBias = draw.Coin() ? draw.Normals(columns) : null;
        // A row of two nearly equal numbers divides by √ε at worst.
        return Problem.Whole(new(64, (1 + rows) / Math.Sqrt(Epsilon)), (backend, outputs) =>
        {
            var (upstream, dx) = outputs.Maybe(inPlace, dy);
            run(backend, x, gain, upstream, dx, dGain is null ? null : outputs.Copy(dGain), dBias is null ? null : outputs.Copy(dBias));
        });
    }

    private static Problem Softmax(Draw draw)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Coin());
        var x = draw.NormalsWith([double.NegativeInfinity, -90, -1e30, 20], rows, columns);
        for (var row = 0; row < rows && columns > 0; row++) x.Write((long)row * columns + draw.Below(columns), draw.Normal() + draw.OneOf(0.0, 90, 900));
        return Problem.ByRows(rows, Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, x.Rows(first, count));
            backend.Softmax(from, to);
        });
    }

    private static Problem SoftmaxBackward(Draw draw)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Coin());
        var y = draw.Positives(rows, columns);
        var dy = draw.Normals(rows, columns);
        return Problem.ByRows(rows, Tolerance.Sum(4 * columns), (backend, outputs, first, count) =>
        {
            var (upstream, dx) = outputs.Maybe(inPlace, dy.Rows(first, count));
            backend.SoftmaxBackward(y.Rows(first, count), upstream, dx);
        });
    }

    /// <summary>Rows of very different sizes; one in eight is so small that ε matters.</summary>
    private static Tensor Rows(Draw draw, int rows, int columns)
    {
        var x = draw.Normals(rows, columns);
        for (var row = 0; row < rows; row++)
        {
            var factor = draw.OneOf(1, 1, 1, 1, 1, 30, 1000, 1e-4);
            for (var i = 0; i < columns; i++) x.Write((long)row * columns + i, factor * x.Read((long)row * columns + i));
        }
        return x;
    }
}
