using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

/// <summary>Ops on codes whose rows have any number of entries.</summary>
internal static class RaggedCases
{
    public static OpCase[] All =>
    [
        new("EncodeAbove ragged", EncodeAbove),
        new("EncodeBatchTopK ragged", EncodeBatchTopK),
        new("SparseDecode ragged", SparseDecode),
        new("SparseDots ragged", SparseDots),
        new("SparseResidual ragged", SparseResidual),
        new(nameof(Backend.SparseGradient), SparseGradient),
    ];

    /// <summary>All sums are exact, so that values, places and thresholds that are met must agree to the bit.</summary>
    private static Problem EncodeAbove(Draw draw)
    {
        var (x, matrix, bias, scale) = Exact(draw);
        var thresholds = draw.Coin() ? draw.Quarters(draw.Type, matrix.RowCount) : null;
        return Problem.ByRows(x.RowCount, Tolerance.Exact, (backend, outputs, first, count) =>
        {
            var code = new SparseRows(x.DType, 0);
            backend.EncodeAbove(x.Rows(first, count), Pack(backend, matrix), bias, scale, thresholds, code);
            Unfold(code, outputs, matrix.RowCount);
        });
    }

    private static Problem EncodeBatchTopK(Draw draw)
    {
        var (x, matrix, bias, scale) = Exact(draw);
        var count = draw.OneOf(0, draw.Below(x.RowCount + 1), draw.Below(x.RowCount * 10 + 1), draw.Below(x.RowCount * matrix.RowCount + 1));
        return Problem.Whole(Tolerance.Exact, (backend, outputs) =>
        {
            var code = new SparseRows(x.DType, x.RowCount);
            var encoder = Pack(backend, matrix);
            foreach (var fewer in new[] { count / 3, count }) backend.EncodeBatchTopK(x, encoder, bias, scale, fewer, code); // the second knows where the first one ended
            Assert.True(code.Count <= count);
            Unfold(code, outputs, matrix.RowCount);
        });
    }

    private static Problem SparseDecode(Draw draw)
    {
        var (code, features) = Code(draw);
        var width = draw.Size();
        var w = draw.Normals(draw.WeightType(), features, width);
        var (bias, y, accumulate) = (draw.Coin() ? draw.Normals(width) : null, draw.Normals(code.Rows, width), draw.Coin());
        return Problem.Whole(Tolerance.Sum(features), (backend, outputs) => backend.SparseDecode(code, w, bias, outputs.Copy(y), accumulate));
    }

    private static Problem SparseDots(Draw draw)
    {
        var (code, features) = Code(draw);
        var width = draw.Size();
        var (dy, w) = (draw.Normals(code.Rows, width), draw.Normals(features, width));
        return Problem.Whole(Tolerance.Sum(width), (backend, outputs) =>
        {
            backend.SparseDots(dy, code, w);
            var gradients = outputs.New(code.Type, code.Count);
            for (var i = 0; i < code.Count; i++) gradients.Write(i, code.Gradients.Read(i));
        });
    }

    private static Problem SparseResidual(Draw draw)
    {
        var (code, features) = Code(draw);
        var width = draw.Size();
        var (w, target) = (draw.Normals(features, width), draw.Normals(code.Rows, width));
        for (var i = 0; i < code.Count; i += 3) code.Values.Write(i, 0);
        return Problem.Whole(Tolerance.Sum(features * Math.Max(width, 1)), (backend, outputs) =>
            backend.SparseResidual(code, code.Values, w, target, outputs.New(code.Type, code.Rows, width), outputs.New(code.Type, code.Count)));
    }

    private static Problem SparseGradient(Draw draw)
    {
        var (code, features) = Code(draw);
        var width = draw.Size();
        var y = draw.Normals(code.Rows, width);
        var order = new FeatureMajor(features);
        order.Sort(code);
        var before = draw.Coin() ? draw.Normals(features, width) : null;
        return Problem.Whole(Tolerance.Sum(code.Count), (backend, outputs) =>
            backend.SparseGradient(code.Values, order, y, before is null ? outputs.New(y.DType, features, width) : outputs.Copy(before), accumulate: before is not null));
    }

    private static (Tensor X, Tensor Matrix, Tensor? Bias, Tensor? Scale) Exact(Draw draw)
    {
        // Now and then more rows than the sample that a threshold is guessed from.
        var (rows, dIn, dSae) = (draw.Below(4) == 0 ? 520 + draw.Below(200) : draw.Size(), draw.Size() / 3, draw.Size());
        return (draw.Quarters(draw.Type, rows, dIn), draw.Quarters(draw.OneOf(draw.Type, draw.Type, DType.BF16), dSae, dIn), draw.Coin() ? draw.Quarters(draw.Type, dSae) : null,
            draw.Coin() ? draw.Fill(draw.Type, [dSae], () => draw.OneOf(0.5, 1, 2, 3)) : null);
    }

    private static PackedMatrix Pack(Backend backend, Tensor matrix)
    {
        var encoder = PackedMatrix.ForEncoder(backend, matrix.DType, matrix.Columns, matrix.RowCount);
        backend.Pack(matrix, Transpose.B, encoder);
        return encoder;
    }

    /// <summary>Rows of 0 to all features, ascending.</summary>
    private static (SparseRows Code, int Features) Code(Draw draw)
    {
        var (rows, features) = (draw.Size(), draw.PositiveSize());
        var share = draw.OneOf(2, 5, 20);
        var code = new SparseRows(draw.Type, 0);
        code.Take(draw.Normals(rows, features), draw.Fill(DType.I32, [rows, features], Indices(draw, features, share).GetEnumerator().Next));
        return (code, features);
    }

    private static IEnumerable<double> Indices(Draw draw, int features, int share)
    {
        for (var f = 0; ; f = (f + 1) % features) yield return draw.Below(share) == 0 ? f : -1;
    }

    private static double Next(this IEnumerator<double> numbers)
    {
        numbers.MoveNext();
        return numbers.Current;
    }

    /// <summary>The code as a matrix, NaN where it has no entry.</summary>
    private static void Unfold(SparseRows code, Outputs outputs, int features)
    {
        var dense = outputs.New(code.Type, code.Rows, features);
        for (var i = 0L; i < dense.Count; i++) dense.Write(i, double.NaN);
        for (var row = 0; row < code.Rows; row++)
        {
            for (var entry = code.Starts[row]; entry < code.Starts[row + 1]; entry++)
            {
                if (entry > code.Starts[row]) Assert.True(code.Indices.Read(entry) > code.Indices.Read(entry - 1), "Latents of a row must ascend.");
                dense.Write((long)row * features + (int)code.Indices.Read(entry), code.Values.Read(entry));
            }
        }
    }
}
