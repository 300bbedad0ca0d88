using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class LinearAlgebraCases
{
    public static OpCase[] All =>
    [
        new("MatMul", draw => Product(draw, draw.Size(), draw.Size(), draw.Size())),
        new("MatMul", Infinite),
        new("MatMul packed", draw => Packed(draw, draw.Size(), draw.Size(), draw.Size())),
        new("MatMul packed", InfinitePacked),
        new("MatMulStored", draw => Stored(draw, draw.Size(), draw.Size(), draw.Size())),
        new("Pack packed", Pack),
        new("Pack", PackNew),
    ];

    /// <summary>op(a)·op(b) of given sizes, transposes and accumulation drawn.</summary>
    public static Problem Product(Draw draw, int m, int n, int k)
    {
        var transpose = draw.OneOf(Transpose.None, Transpose.A, Transpose.B, Transpose.Both);
        var turnedA = transpose is Transpose.A or Transpose.Both;
        var a = turnedA ? draw.Normals(k, m) : draw.Normals(m, k);
        var b = transpose is Transpose.B or Transpose.Both ? draw.Normals(n, k) : draw.Normals(k, n);
        var start = draw.Coin() ? draw.Normals(m, n) : null;
        if (turnedA) return Problem.Whole(Tolerance.Sum(k), (backend, outputs) => backend.MatMul(a, b, Target(outputs, 0, m), transpose, start is not null));
        return Problem.ByRows(m, Tolerance.Sum(k), (backend, outputs, first, count) =>
            backend.MatMul(a.Rows(first, count), b, Target(outputs, first, count), transpose, start is not null));

        Tensor Target(Outputs outputs, int first, int count) => start is null ? outputs.New(a.DType, count, n) : outputs.Copy(start.Rows(first, count));
    }

    /// <summary>a·w with weights of any type, sometimes packed from [n, k].</summary>
    public static Problem Packed(Draw draw, int m, int n, int k)
    {
        var a = draw.Normals(m, k);
        var weightType = draw.WeightType();
        var w = draw.Coin() ? PackedMatrix.Of(draw.Normals(weightType, k, n)) : PackedMatrix.Of(draw.Normals(weightType, n, k), Transpose.B);
        return Problem.ByRows(m, Tolerance.Sum(k), (backend, outputs, first, count) => backend.MatMul(a.Rows(first, count), w, outputs.New(a.DType, count, n)));
    }

    /// <summary>a·wᵀ with weights of any type as they are stored.</summary>
    private static Problem Stored(Draw draw, int m, int n, int k)
    {
        var a = draw.Normals(m, k);
        var w = draw.Normals(draw.WeightType(), n, k);
        return Problem.ByRows(m, Tolerance.Sum(k), (backend, outputs, first, count) => backend.MatMulStored(a.Rows(first, count), w, outputs.New(a.DType, count, n)));
    }

    /// <summary>NaN and infinity reach exactly the rows and columns they belong to.</summary>
    private static Problem Infinite(Draw draw)
    {
        var (m, n, k) = (draw.Size(), draw.Size(), draw.PositiveSize());
        var a = draw.Normals(m, k);
        var b = draw.Normals(k, n);
        Poison(draw, a);
        Poison(draw, b);
        return Problem.ByRows(m, Tolerance.Sum(k), (backend, outputs, first, count) => backend.MatMul(a.Rows(first, count), b, outputs.New(a.DType, count, n)));
    }

    private static Problem InfinitePacked(Draw draw)
    {
        var (m, n, k) = (draw.Size(), draw.Size(), draw.PositiveSize());
        var a = draw.Normals(m, k);
        var b = draw.Normals(draw.WeightType(), k, n);
        Poison(draw, a);
        Poison(draw, b);
        var w = PackedMatrix.Of(b);
        return Problem.ByRows(m, Tolerance.Sum(k), (backend, outputs, first, count) => backend.MatMul(a.Rows(first, count), w, outputs.New(a.DType, count, n)));
    }

    /// <summary>Packing over panels already in use: columns beyond n must become zero again.</summary>
    private static Problem Pack(Draw draw)
    {
        var (n, k, type, layout) = (draw.Size(), draw.Size(), draw.WeightType(), draw.OneOf(Transpose.None, Transpose.B));
        var matrix = layout == Transpose.B ? draw.Normals(type, n, k) : draw.Normals(type, k, n);
        return Problem.Whole(Tolerance.Exact, (backend, outputs) =>
        {
            var packed = PackedMatrix.Empty(type, k, n);
            packed.Panels.RawBytes().Fill(1);
            backend.Pack(matrix, layout, packed);
            outputs.Copy(packed.Panels);
        });
    }

    private static Problem PackNew(Draw draw)
    {
        var (n, k, type, layout) = (draw.Size(), draw.Size(), draw.WeightType(), draw.OneOf(Transpose.None, Transpose.B));
        var matrix = layout == Transpose.B ? draw.Normals(type, n, k) : draw.Normals(type, k, n);
        return Problem.Whole(Tolerance.Exact, (backend, outputs) => outputs.Copy(backend.Pack(matrix, layout).Panels));
    }

    private static void Poison(Draw draw, Tensor tensor)
    {
        if (tensor.Count == 0) return;
        for (var i = 0; i < 2; i++)
            tensor.Write(draw.Below((int)tensor.Count), draw.OneOf(double.NaN, double.PositiveInfinity, double.NegativeInfinity));
    }
}
