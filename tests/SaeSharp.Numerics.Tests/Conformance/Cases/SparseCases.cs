using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class SparseCases
{
    public static OpCase[] All =>
    [
        new(nameof(Backend.TopKRows), TopKRows),
        new(nameof(Backend.TopKMask), TopKMask),
        new("EncodeTopK packed", EncodeWithTies),
        new("EncodeTopK packed", EncodeNormals),
        new("EncodeTopK packed", EncodeForTraining),
        new(nameof(Backend.SparseDecode), SparseDecode),
        new(nameof(Backend.SparseDots), SparseDots),
        new(nameof(Backend.SparseGradient), SparseGradient),
    ];

    private static Problem TopKRows(Draw draw)
    {
        var (rows, n) = (draw.Size(), draw.Size());
        var k = draw.Below(n + 1);
        var x = draw.Coin() ? draw.Quarters(draw.Type, rows, n) : draw.NormalsWith([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0], rows, n);
        return Problem.ByRows(rows, Tolerance.Exact, (backend, outputs, first, count) =>
            backend.TopKRows(x.Rows(first, count), outputs.New(x.DType, count, k), outputs.New(DType.I32, count, k)));
    }

    private static Problem TopKMask(Draw draw)
    {
        var (rows, n) = (draw.Size(), draw.Size());
        var (k, onlyPositive) = (draw.Below(n + 1), draw.Coin());
        var x = draw.Coin() ? draw.Quarters(draw.Type, rows, n) : draw.NormalsWith([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0], rows, n);
        return Problem.ByRows(rows, Tolerance.Exact, (backend, outputs, first, count) => backend.TopKMask(x.Rows(first, count), k, onlyPositive, outputs.New(x.DType, count, n)));
    }

    /// <summary>All sums are exact, so that values, indices and ties must agree to the bit.</summary>
    private static Problem EncodeWithTies(Draw draw)
    {
        var (rows, dIn, dSae, k) = (draw.Size(), draw.Size(), draw.Size(), draw.Size());
        var x = draw.Quarters(draw.Type, rows, dIn);
        var encoder = PackedMatrix.Of(draw.Quarters(draw.WeightType(), dIn, dSae));
        var bias = draw.Quarters(draw.Type, dSae);
        var scale = draw.Coin() ? draw.Fill(draw.Type, [dSae], () => draw.OneOf(0.5, 1, 2, 3)) : null;
        return Problem.ByRows(rows, Tolerance.Exact, (backend, outputs, first, count) =>
            backend.EncodeTopK(x.Rows(first, count), encoder, bias, scale, outputs.New(x.DType, count, k), outputs.New(DType.I32, count, k)));
    }

    /// <summary>Rounding may swap near ties, so that the values are compared, and the numbers that stand where the indices point.</summary>
    private static Problem EncodeNormals(Draw draw)
    {
        var (rows, dIn, dSae, k) = (draw.Size(), draw.Size(), draw.PositiveSize(), draw.Size());
        var x = draw.Normals(rows, dIn);
        var encoder = PackedMatrix.Of(draw.Normals(draw.WeightType(), dIn, dSae));
        var bias = draw.Normals(dSae);
        var scale = draw.Coin() ? draw.Positives(dSae) : null;
        var latents = Tensor.Zeros(DType.F64, rows, dSae);
        Reference.Instance.MatMul(x.To(DType.F64), encoder, latents);
        return Problem.ByRows(rows, Tolerance.Sum(4 * dIn), (backend, outputs, first, count) =>
        {
            var indices = Tensor.Zeros(DType.I32, count, k);
            backend.EncodeTopK(x.Rows(first, count), encoder, bias, scale, outputs.New(x.DType, count, k), indices);
            var pointed = outputs.New(x.DType, count, k);
            for (var slot = 0; slot < count * k; slot++)
            {
                var f = (int)indices.Read(slot);
                pointed.Write(slot, f < 0 ? 0 : (latents.Read((long)(first + slot / k) * dSae + f) + bias.Read(f)) * (scale?.Read(f) ?? 1));
            }
        });
    }

    /// <summary>As training does it: an encoder packed by rows of the latents, which a backend may screen. All sums are exact; some rows have numbers no bound holds for.</summary>
    private static Problem EncodeForTraining(Draw draw)
    {
        var (rows, dIn, dSae, k) = (draw.Size(), draw.Size(), draw.Size(), draw.Size() / 3);
        var odd = draw.OneOf(0.0, 0, double.PositiveInfinity, double.NaN);
        var x = draw.Fill(draw.Type, [rows, dIn], () => draw.Below(200) == 0 ? odd : draw.Below(9) == 0 ? 0 : draw.Below(17) - 8);
        var matrix = draw.Quarters(draw.Type, dSae, dIn);
        var bias = draw.Quarters(draw.Type, dSae);
        var scale = draw.Coin() ? draw.Fill(draw.Type, [dSae], () => draw.OneOf(0.5, 1, 2, 0)) : null;
        return Problem.ByRows(rows, Tolerance.Exact, (backend, outputs, first, count) =>
        {
            var encoder = PackedMatrix.ForEncoder(backend, draw.Type, dIn, dSae);
            backend.Pack(matrix, Transpose.B, encoder);
            backend.EncodeTopK(x.Rows(first, count), encoder, bias, scale, outputs.New(x.DType, count, k), outputs.New(DType.I32, count, k));
        });
    }

    private static Problem SparseDecode(Draw draw)
    {
        var (rows, k, features, width) = (draw.Size(), draw.Size(), draw.PositiveSize(), draw.Size());
        var (values, indices) = Codes(draw, rows, k, features);
        var w = draw.Normals(draw.WeightType(), features, width);
        var bias = draw.Coin() ? draw.Normals(width) : null;
        return Problem.ByRows(rows, Tolerance.Sum(k), (backend, outputs, first, count) =>
            backend.SparseDecode(values.Rows(first, count), indices.Rows(first, count), w, bias, outputs.New(values.DType, count, width)));
    }

    private static Problem SparseDots(Draw draw)
    {
        var (rows, k, features, width) = (draw.Size(), draw.Size(), draw.PositiveSize(), draw.Size());
        var (_, indices) = Codes(draw, rows, k, features);
        var dy = draw.Normals(rows, width);
        var w = draw.Normals(features, width);
        return Problem.ByRows(rows, Tolerance.Sum(width), (backend, outputs, first, count) =>
            backend.SparseDots(dy.Rows(first, count), indices.Rows(first, count), w, outputs.New(dy.DType, count, k)));
    }

    private static Problem SparseGradient(Draw draw)
    {
        var (rows, k, features, width) = (draw.Size(), draw.Size(), draw.PositiveSize(), draw.Size());
        var (values, indices) = Codes(draw, rows, k, features);
        var y = draw.Normals(rows, width);
        var order = new FeatureMajor(features);
        order.Sort(indices.Span<int>());
        return Problem.Whole(Tolerance.Sum(rows * k), (backend, outputs) => backend.SparseGradient(values, order, y, outputs.New(y.DType, features, width)));
    }

    /// <summary>Codes with repeated features and empty slots.</summary>
    private static (Tensor Values, Tensor Indices) Codes(Draw draw, int rows, int k, int features) =>
        (draw.Normals(rows, k), draw.Fill(DType.I32, [rows, k], () => draw.Below(8) == 0 ? -1 : draw.Below(features)));
}
