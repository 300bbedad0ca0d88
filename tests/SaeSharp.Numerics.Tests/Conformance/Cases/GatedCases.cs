using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class GatedCases
{
    private static readonly double[] Steep = [0, -0.0, 30, -30, 1e4, -1e4];

    public static OpCase[] All =>
    [
        new(nameof(Backend.GatedActivation), Forward),
        new(nameof(Backend.GatedActivationBackward), Backward),
    ];

    private static Problem Forward(Draw draw)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Below(3));
        var activation = draw.OneOf(Enum.GetValues<Activation>());
        var (gate, up) = (draw.NormalsWith([double.NaN, .. Steep], rows, columns), draw.Normals(rows, columns));
        return Problem.ByRows(rows, Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (g, u) = (gate.Rows(first, count), up.Rows(first, count));
            var y = inPlace == 0 ? outputs.New(g.DType, count, columns) : outputs.Copy(inPlace == 1 ? g : u);
            backend.GatedActivation(activation, inPlace == 1 ? y : g, inPlace == 2 ? y : u, y);
        });
    }

    private static Problem Backward(Draw draw)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Below(3));
        var activation = draw.OneOf(Enum.GetValues<Activation>());
        var gate = activation == Activation.Relu ? draw.Normals(rows, columns) : draw.NormalsWith(Steep, rows, columns);
        var (up, dy) = (draw.Normals(rows, columns), draw.Normals(rows, columns));
        return Problem.ByRows(rows, Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (g, u, d) = (gate.Rows(first, count), up.Rows(first, count), dy.Rows(first, count));
            var (dGate, dUp) = (inPlace == 1 ? outputs.Copy(d) : outputs.New(g.DType, count, columns), inPlace == 2 ? outputs.Copy(d) : outputs.New(g.DType, count, columns));
            backend.GatedActivationBackward(activation, g, u, inPlace == 1 ? dGate : inPlace == 2 ? dUp : d, dGate, dUp);
        });
    }
}
