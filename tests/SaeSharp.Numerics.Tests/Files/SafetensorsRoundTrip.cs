using CsCheck;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

public class SafetensorsRoundTrip
{
    private static readonly DType[] Types = Enum.GetValues<DType>();

    /// <summary>Up to five tensors of any type and shape, scalars and empty ones among them, with any bits.</summary>
    private static readonly Gen<(string Name, Tensor Tensor)[]> AnyTensors =
        Gen.Select(Gen.Int[0, Types.Length - 1], Gen.Int[0, 5].Array[0, 4], Gen.Int, (type, shape, seed) => Random(Types[type], shape, seed)).Array[0, 5]
            .Select(tensors => tensors.Select((tensor, i) => ($"{i} 名\"\\{tensor.Rank}", tensor)).ToArray());

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit() => AnyTensors.Sample(tensors =>
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["a"], tensors, new Dictionary<string, string> { ["ключ"] = "\n\"" });

        foreach (var mapFrom in new[] { 0, long.MaxValue })
        {
            using var file = SafetensorsFile.Open(folder["a"], mapFrom);
            Assert.Equal(mapFrom == 0, file.IsMapped);
            Assert.Equal(tensors.Select(t => t.Name).Order(StringComparer.Ordinal), file.Names.Order(StringComparer.Ordinal));
            Assert.Equal("\n\"", file.Metadata["ключ"]);
            foreach (var (name, tensor) in tensors)
            {
                var read = file.Read(name);
                Assert.Equal(tensor.DType, read.DType);
                Assert.Equal(tensor.Shape, read.Shape);
                Assert.Equal(tensor.RawBytes(), read.RawBytes());
                Assert.Equal(tensor.Shape.ToArray().Select(size => (long)size), file.Entry(name).Shape);
            }
        }
    }, iter: 200);

    [Fact]
    public void The_order_in_which_tensors_come_does_not_change_the_file() => Gen.Select(AnyTensors, Gen.Int).Sample((tensors, seed) =>
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["a"], tensors);
        var shuffled = tensors.ToArray();
        new Random(seed).Shuffle(shuffled);
        SafetensorsWriter.Write(folder["b"], shuffled);

        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
    }, iter: 100);

    [Fact]
    public void A_plain_second_reader_finds_every_written_file_sound_and_aligned() => AnyTensors.Sample(tensors =>
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["a"], tensors);
        using var file = SafetensorsFile.Open(folder["a"]);

        Assert.True(RawSafetensors.IsSound(File.ReadAllBytes(folder["a"])));
        Assert.All(file.Names, name => Assert.Equal(0, file.Entry(name).Start % file.Read(name).DType.Size()));
    }, iter: 100);

    [Theory, InlineData(0L), InlineData(long.MaxValue)]
    public void Tensors_stay_valid_after_the_file_is_closed_collected_and_deleted(long mapFrom)
    {
        using var folder = new TemporaryFolder();
        var expected = Random(DType.F32, [100, 50], 1);
        SafetensorsWriter.Write(folder["a"], [("w", expected)]);

        var tensor = ReadAndClose(folder["a"], mapFrom);
        File.Delete(folder["a"]);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Equal(expected.RawBytes(), tensor.RawBytes());
    }

    [Fact]
    public void Freeing_one_tensor_of_a_file_leaves_the_others_alone()
    {
        using var folder = new TemporaryFolder();
        var expected = Random(DType.F32, [8], 2);
        SafetensorsWriter.Write(folder["a"], [("a", Random(DType.F32, [8], 1)), ("b", expected)]);
        using var file = SafetensorsFile.Open(folder["a"]);

        file.Read("a").Free();

        Assert.Equal(expected.RawBytes(), file.Read("b").RawBytes());
    }

    [Theory, InlineData("w", "w"), InlineData("w", "__metadata__")]
    public void A_name_given_twice_or_reserved_is_not_written(string first, string second)
    {
        using var folder = new TemporaryFolder();
        var tensor = Tensor.Zeros(DType.F32, 1);

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["a"], [(first, tensor), (second, tensor)]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static Tensor ReadAndClose(string path, long mapFrom)
    {
        using var file = SafetensorsFile.Open(path, mapFrom);
        return file.Read("w");
    }

    private static Tensor Random(DType type, int[] shape, int seed)
    {
        var tensor = Tensor.Zeros(type, shape);
        new Random(seed).NextBytes(tensor.RawBytes());
        if (type == DType.Bool) foreach (ref var value in tensor.RawBytes()) value &= 1;
        return tensor;
    }
}
