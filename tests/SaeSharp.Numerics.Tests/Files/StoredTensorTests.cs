using CsCheck;
using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Tensors of torch and NumPy files: views where the bytes allow it, right copies where not.</summary>
public class StoredTensorTests
{
    private const int Elements = 60;
    private static readonly byte[] Data = [.. Enumerable.Range(0, Elements).SelectMany(i => BitConverter.GetBytes((float)i))];

    [Fact]
    public void Any_view_within_its_storage_reads_as_its_strides_say() =>
        Gen.Select(Gen.Long[0, 4].Array[0, 4], Gen.Long[0, 5].Array[4], Gen.Long[0, 7]).Sample((shape, allStrides, offset) =>
        {
            var strides = allStrides[..shape.Length];
            var last = offset + shape.Zip(strides, (size, stride) => Math.Max(size - 1, 0) * stride).Sum();
            if (last >= Elements) return;
            using var folder = new TemporaryFolder();
            var pickle = RawTorch.Pickle(RawTorch.Tensor("FloatStorage", "0", Elements, offset, shape, strides));
            using var file = TorchFile.Open(folder.Write("a.pt", RawTorch.Archive([new("", "FloatStorage", 4, [], Data)], pickle)));

            var tensor = Assert.IsType<PickleValue.Tensor>(file.Root).Value.Read();

            Assert.Equal(Expected(shape, strides, offset), tensor.Span<float>().ToArray());
        }, iter: 300);

    [Theory, InlineData(0), InlineData(long.MaxValue)]
    public void A_contiguous_tensor_of_an_archive_is_a_view_of_the_file(long mapFrom)
    {
        using var folder = new TemporaryFolder();
        using var file = TorchFile.Open(folder.Write("a.pt", RawTorch.Archive([new("mask", "BoolStorage", 1, [4], [0, 1, 1, 0])])), mapFrom);
        var stored = Assert.IsType<PickleValue.Tensor>(Assert.IsType<PickleValue.Dictionary>(file.Root)["mask"]).Value;

        Assert.Equal(stored.Read().Address, stored.Read().Address); // copies would have addresses of their own
    }

    [Fact]
    public void Expanded_views_share_one_allowance()
    {
        byte[] Expanded(string name) => [.. RawTorch.Text(name), .. RawTorch.Tensor("FloatStorage", "0", Elements, 0, [10_000_000], [0])];
        using var folder = new TemporaryFolder();
        using var file = TorchFile.Open(folder.Write("a.pt", RawTorch.Archive([new("", "FloatStorage", 4, [], Data)], RawTorch.Pickle([(byte)'}', (byte)'(', .. Expanded("a"), .. Expanded("b"), (byte)'u']))));
        var root = Assert.IsType<PickleValue.Dictionary>(file.Root);

        for (var i = 0; i < 3; i++) Assert.Equal(10_000_000, Assert.IsType<PickleValue.Tensor>(root["a"]).Value.Read().Count); // the same one again costs nothing
        Assert.Contains("of memory", Assert.Throws<FileException>(Assert.IsType<PickleValue.Tensor>(root["b"]).Value.Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_integers_become_the_next_wider_kind()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = [255, 255, 255, 255, 255, 255, 255, 127];
        foreach (var (type, expected) in new (string, long[])[] { ("|i1", [-1, -1, -1, -1, -1, -1, -1, 127]), ("|u1", [255, 255, 255, 255, 255, 255, 255, 127]), ("<i2", [-1, -1, -1, 32767]), (">u2", [65535, 65535, 65535, 65407]), ("<u4", [4294967295, 2147483647]), ("<u8", [long.MaxValue]) })
        {
            using var file = NumpyFile.Open(folder.Write("a.npy", RawNumpy.Array(type, $"({expected.Length},)", bytes)));
            var tensor = file.Read("");
            Assert.Equal(expected.Select(value => (double)value), Enumerable.Range(0, expected.Length).Select(i => tensor.Read(i)));
            Assert.Equal(file.Entry("").DType, tensor.DType);
        }
    }

    [Fact]
    public void A_boolean_that_is_neither_0_nor_1_is_refused_when_read()
    {
        using var folder = new TemporaryFolder();
        using var file = NumpyFile.Open(folder.Write("a.npy", RawNumpy.Array("|b1", "(3,)", [0, 1, 2])));
        Assert.Contains("byte 2", Assert.Throws<FileException>(() => file.Read("")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_read_from_a_closed_file()
    {
        using var folder = new TemporaryFolder();
        var file = NumpyFile.Open(folder.Write("a.npy", RawNumpy.Array("<f4", "(6, 10)", Data)));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read(""));
    }

    private static float[] Expected(long[] shape, long[] strides, long offset)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return [.. Enumerable.Range(0, (int)count).Select(i =>
        {
            var (at, left) = (offset, (long)i);
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                at += left % shape[axis] * strides[axis];
                left /= shape[axis];
            }
            return (float)at;
        })];
    }
}
