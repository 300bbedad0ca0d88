using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class ExpertCases
{
    public static OpCase[] All =>
    [
        new(nameof(Backend.ClampedGlu), ClampedGlu),
        new(nameof(Backend.AddScaledRows), AddScaledRows),
    ];

    private static Problem ClampedGlu(Draw draw)
    {
        var (rows, columns, inPlace) = (draw.Size(), draw.Size(), draw.Below(3));
        var (alpha, limit) = (0.5 + Math.Abs(draw.Normal()), 0.2 + Math.Abs(draw.Normal()));
        var gate = draw.NormalsWith([0, -0.0, 50, -50, 1e4, -1e4], rows, columns);
        var up = draw.NormalsWith([0, -0.0, 50, -50, 1e4, -1e4], rows, columns);
        return Problem.ByRows(rows, Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (left, right) = (gate.Rows(first, count), up.Rows(first, count));
            var y = inPlace == 0 ? outputs.New(gate.DType, count, columns) : outputs.Copy(inPlace == 1 ? left : right);
            backend.ClampedGlu(inPlace == 1 ? y : left, inPlace == 2 ? y : right, alpha, limit, y);
        });
    }

    private static Problem AddScaledRows(Draw draw)
    {
        var (count, rows, columns) = (draw.Size(), draw.PositiveSize(), draw.Size());
        var (x, factors, start) = (draw.Normals(count, columns), draw.Normals(count), draw.Normals(rows, columns));
        var targets = draw.Integers(count, 0, rows);
        return Problem.Whole(Tolerance.Sum(count + 1), (backend, outputs) => backend.AddScaledRows(x, targets, factors, outputs.Copy(start)));
    }
}
