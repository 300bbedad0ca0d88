using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class OptimiserCases
{
    public static OpCase[] All =>
    [
        new(nameof(Backend.Adam), Adam),
        new(nameof(Backend.SumOfSquares), SumOfSquares),
        new(nameof(Backend.RowNorms), RowNorms),
    ];

    private static Problem Adam(Draw draw)
    {
        var (rows, columns) = (draw.Size(), draw.Size());
        var step = new AdamStep(draw.OneOf(1, 2, 10, 5000), LearningRate: 0.01, Beta1: draw.OneOf(0.9, 0), Beta2: draw.OneOf(0.999, 0.95),
            WeightDecay: draw.OneOf(0, 0.1), GradientScale: draw.OneOf(1, 0.25));
        var (parameter, gradient) = (draw.Normals(rows, columns), draw.NormalsWith([0, 1e-12, 1e6], rows, columns));
        var (mean, meanSquare) = (draw.Normals(rows, columns), draw.Positives(rows, columns));
        return Problem.ByRows(rows, Tolerance.Row, (backend, outputs, first, count) => backend.Adam(
            outputs.Copy(parameter.Rows(first, count)), gradient.Rows(first, count), outputs.Copy(mean.Rows(first, count)), outputs.Copy(meanSquare.Rows(first, count)), step));
    }

    private static Problem SumOfSquares(Draw draw)
    {
        var x = draw.Normals(draw.Size(), draw.Size());
        return Problem.Whole(Tolerance.Sum((int)x.Count), (backend, outputs) => outputs.New(DType.F64, 1).Write(0, backend.SumOfSquares(x)));
    }

    private static Problem RowNorms(Draw draw)
    {
        var (rows, columns) = (draw.Size(), draw.Size());
        var x = draw.Normals(rows, columns);
        return Problem.ByRows(rows, Tolerance.Sum(columns), (backend, outputs, first, count) => backend.RowNorms(x.Rows(first, count), outputs.New(x.DType, count)));
    }
}
