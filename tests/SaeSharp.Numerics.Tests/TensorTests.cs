using CsCheck;

namespace SaeSharp.Numerics.Tests;

public sealed class TensorTests
{
    private static readonly Gen<(int Rows, int Columns)> AnySize = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9]);

    [Fact]
    public void A_new_tensor_is_zero_and_aligned() => AnySize.Sample(size =>
    {
        var tensor = Tensor.Zeros(DType.F32, size.Rows, size.Columns);

        Assert.Equal(0, tensor.Address % 64);
        Assert.Equal(new float[size.Rows * size.Columns], Numbers(tensor));
    });

    [Fact]
    public void Rows_are_a_view_of_the_same_numbers() => AnySize.Where(size => size.Rows > 0).Sample(size =>
    {
        var tensor = Counting(size.Rows, size.Columns);
        var start = size.Rows / 2;
        var view = tensor.Rows(start, size.Rows - start);

        Assert.Equal(Numbers(tensor)[(start * size.Columns)..], Numbers(view));
        if (view.Count == 0) return;
        view.Write(0, -5);
        Assert.Equal(-5, tensor.Read((long)start * size.Columns));
    });

    [Fact]
    public void A_reshaped_tensor_is_a_view_of_the_same_numbers()
    {
        var tensor = Counting(4, 6);
        var view = tensor.Reshape(2, 3, 4);
        view.Write(7, -1);

        Assert.Equal([2, 3, 4], view.Shape.ToArray());
        Assert.Equal(-1, tensor.Read(7));
    }

    [Fact]
    public void A_clone_is_independent()
    {
        var tensor = Counting(2, 2);
        var clone = tensor.Clone();
        clone.Write(0, 9);

        Assert.Equal(0, tensor.Read(0));
    }

    [Fact]
    public void All_axes_but_the_last_count_as_rows()
    {
        var tensor = Tensor.Zeros(DType.F32, 2, 3, 5);

        Assert.Equal((6, 5, 30L), (tensor.RowCount, tensor.Columns, tensor.Count));
        Assert.Equal((1, 1, 1L), (Tensor.Zeros(DType.F64).RowCount, Tensor.Zeros(DType.F64).Columns, Tensor.Zeros(DType.F64).Count));
    }

    [Fact]
    public void Rows_outside_the_tensor_are_refused()
    {
        var tensor = Counting(3, 2);

        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Rows(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Rows(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Rows(int.MaxValue, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Row<float>(3).Length);
    }

    [Fact]
    public void A_view_beyond_its_storage_is_refused()
    {
        var storage = new NativeStorage(16);

        Assert.Throws<ArgumentException>(() => new Tensor(DType.F32, [5], storage));
        Assert.Throws<ArgumentException>(() => new Tensor(DType.F32, [4], storage, offset: 4));
        Assert.Throws<ArgumentException>(() => new Tensor(DType.F32, [], storage, offset: -4));
        Assert.Equal(4, new Tensor(DType.F32, [4], storage).Count);
    }

    [Fact]
    public void Errors_name_shapes_and_types()
    {
        var tensor = Counting(2, 3);

        Assert.Equal("'shape' is [4, 2], expected 6 elements like [2, 3].", Assert.Throws<ShapeException>(() => tensor.Reshape(4, 2)).Message);
        Assert.Equal("'values' is 2 elements, expected 3 elements for [3].", Assert.Throws<ShapeException>(() => Tensor.Of([1f, 2f], 3)).Message);
        Assert.Equal("'tensor' holds F32, expected F64.", Assert.Throws<ShapeException>(() => tensor.Span<double>().Length).Message);
        Assert.Equal("A tensor of shape [2147483647, 2147483647, 2147483647] has more elements than memory can address.",
            Assert.Throws<ShapeException>(() => Tensor.Zeros(DType.F32, int.MaxValue, int.MaxValue, int.MaxValue)).Message);
    }

    [Fact]
    public void Widening_and_narrowing_returns_every_sixteen_bit_number()
    {
        var bits = Enumerable.Range(0, 65536).Select(i => BitConverter.UInt16BitsToHalf((ushort)i)).Where(Half.IsFinite).ToArray();
        var halves = Tensor.Of(bits, bits.Length);

        Assert.Equal(Bytes(halves), Bytes(halves.To(DType.F32).To(DType.F16)));
        Assert.Equal(Bytes(halves), Bytes(halves.To(DType.F64).To(DType.F16)));
    }

    [Fact]
    public void Converting_to_the_same_type_copies_nothing()
    {
        var tensor = Counting(2, 2);

        Assert.Same(tensor, tensor.To(DType.F32));
    }

    [Fact]
    public void A_freed_tensor_may_be_freed_again()
    {
        var tensor = Counting(2, 2);
        tensor.Rows(1, 1).Free();
        tensor.Free();
    }

    private static Tensor Counting(params ReadOnlySpan<int> shape)
    {
        var tensor = Tensor.Zeros(DType.F32, shape);
        for (var i = 0; i < tensor.Count; i++) tensor.Write(i, i);
        return tensor;
    }

    private static float[] Numbers(Tensor tensor)
    {
        var numbers = tensor.Span<float>().ToArray();
        GC.KeepAlive(tensor);
        return numbers;
    }

    private static byte[] Bytes(Tensor tensor)
    {
        var bytes = tensor.RawBytes().ToArray();
        GC.KeepAlive(tensor);
        return bytes;
    }
}
