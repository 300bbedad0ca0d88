using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Tests.Conformance;

namespace SaeSharp.Numerics.Tests;

public sealed class PackedMatrixTests
{
    [Fact]
    public void Every_element_is_found_again_whatever_the_layout_and_type()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var draw = new Draw(seed, DType.F32, 80);
            var (k, n, type) = (draw.Size(), draw.Size(), draw.OneOf(DType.F32, DType.F64, DType.BF16, DType.F16));
            var matrix = draw.Normals(type, k, n);
            var turned = Tensor.Zeros(type, n, k);
            for (var i = 0; i < k; i++)
                for (var j = 0; j < n; j++)
                    turned.Write((long)j * k + i, matrix.Read((long)i * n + j));
            var (packed, packedTurned) = (PackedMatrix.Of(matrix), PackedMatrix.Of(turned, Transpose.B));

            Assert.Equal((k, n), (packed.K, packed.N));
            for (var i = 0; i < k; i++)
                for (var j = 0; j < n; j++)
                    Assert.Equal(matrix.Read((long)i * n + j), packed.Value(i, j));
            Assert.True(Tolerance.SameBits(packed.Panels, packedTurned.Panels), $"seed {seed}: {k}×{n} {type}");
        }
    }

    [Fact]
    public void Columns_beyond_the_last_are_zero()
    {
        var packed = PackedMatrix.Of(new Draw(1, DType.F32, 8).Normals(3, 33));

        Assert.Equal([2, 3, PackedMatrix.PanelWidth], packed.Panels.Shape.ToArray());
        for (var i = 0; i < 3; i++)
            for (var j = 33; j < 64; j++)
                Assert.Equal(0, packed.Value(i, j));
    }

    [Fact]
    public void Filling_with_another_shape_or_type_is_refused()
    {
        var packed = PackedMatrix.Empty(DType.F32, 3, 5);

        Assert.Equal("'matrix' is [5, 3], expected [k=3, n=5].", Assert.Throws<ShapeException>(() => packed.Fill(Tensor.Zeros(DType.F32, 5, 3))).Message);
        Assert.Equal("'matrix' holds BF16, expected F32.", Assert.Throws<ShapeException>(() => packed.Fill(Tensor.Zeros(DType.BF16, 3, 5))).Message);
    }
}
