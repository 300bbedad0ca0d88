using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Files that PyTorch wrote and hostile ones, with what must come of each.</summary>
public class TorchGolden
{
    private static readonly string[] Kinds = ["torch-zip", "torch-legacy"];

    /// <summary>What an error must name, by what the manifest says is wrong; OBJ and NEWOBJ_EX are never reached, since the global before them is refused.</summary>
    private static readonly (string Why, string Named)[] Names = [("INST", "INST"), ("OBJ", "global"), ("NEWOBJ_EX", "global"), ("EXT1", "EXT1"), ("protocol 99", "99"), ("builtins.set", "set"), ("a bit of", "CRC-32")];

    [Theory, InlineData(0), InlineData(long.MaxValue)]
    public void Every_accepted_file_gives_the_tree_and_the_bits_PyTorch_saved(long mapFrom)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var rows = GoldenFiles.Rows(true, Kinds);
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            using var file = TorchFile.Open(GoldenFiles.PathOf(row), mapFrom);
            PickleTrees.RequireEqual(row.GetProperty("root"), file.Root);
        }
    }

    [Theory, InlineData(0), InlineData(long.MaxValue)]
    public void Every_refused_file_is_a_typed_error_that_names_file_and_fact(long mapFrom)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var rows = GoldenFiles.Rows(false, Kinds);
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var (path, why) = (GoldenFiles.PathOf(row), row.GetProperty("why").GetString()!);
            var message = Refusal(path, mapFrom);
            Assert.True(message is not null, $"{path} is read, expected a refusal: {why}");
            Assert.StartsWith(path, message, StringComparison.Ordinal);
            if (why.StartsWith("global ", StringComparison.Ordinal)) Assert.Contains(why.Split(' ')[1], message, StringComparison.Ordinal);
            foreach (var (_, named) in Names.Where(name => why.StartsWith(name.Why, StringComparison.Ordinal))) Assert.Contains(named, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Hostile_pickles_print_and_run_nothing()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var (before, output) = (Console.Out, new StringWriter());
        Console.SetOut(output);
        try
        {
            foreach (var path in Directory.EnumerateFiles(SharedFiles.At("golden", "models", "loaders", "refuse")))
                Assert.Contains("print", Refusal(path, long.MaxValue)!, StringComparison.Ordinal);
        }
        finally
        {
            Console.SetOut(before);
        }
        Assert.Empty(output.ToString());
    }

    [Fact]
    public void Optional_files_are_data_and_types_no_tensor_holds_are_refused_when_read()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        foreach (var row in GoldenFiles.Rows("optional", Kinds))
        {
            using var file = TorchFile.Open(GoldenFiles.PathOf(row));
            foreach (var tensor in PickleTrees.Tensors(file.Root)) Assert.Contains(tensor.Value.Entry.TypeName, Assert.Throws<FileException>(tensor.Value.Read).Message, StringComparison.Ordinal);
        }
        using var bytes = TorchFile.Open(GoldenFiles.At("torch/optional_bytes.pt"));
        Assert.Equal([0, 255, (byte)'a', (byte)'b', (byte)'c'], Assert.IsType<PickleValue.Bytes>(Assert.IsType<PickleValue.Dictionary>(bytes.Root)["b"]).Value.ToArray());
    }

    [Theory, InlineData("odd.bin"), InlineData("odd_legacy.bin")]
    public void Odd_tensors_of_both_containers_have_the_expected_values(string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var file = TorchFile.Open(SharedFiles.At("golden", "models", "loaders", "odd_tensors", name));
        using var expected = SafetensorsFile.Open(SharedFiles.At("golden", "models", "loaders", "odd_tensors", "expected.safetensors"));
        var root = Assert.IsType<PickleValue.Dictionary>(file.Root);

        Assert.NotEmpty(expected.Names);
        Assert.All(expected.Names, tensor =>
        {
            var stored = Assert.IsType<PickleValue.Tensor>(root[tensor]).Value;
            Assert.Equal(expected.Entry(tensor).Shape, stored.Entry.Shape);
            Assert.Equal(expected.Entry(tensor).TypeName, stored.Entry.TypeName);
            Assert.Equal(expected.RawBytes(tensor), stored.RawBytes());
            if (expected.Entry(tensor).DType is not null) Assert.Equal(expected.RawBytes(tensor), stored.Read().RawBytes().ToArray());
        });
    }

    [Fact]
    public void Files_of_a_published_project_are_read()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        foreach (var name in new[] { "model.pt", "sae.pt" })
        {
            using var file = TorchFile.Open(SharedFiles.Data("routing-toy-sae", name));
            Assert.NotEmpty(PickleTrees.Tensors(file.Root));
            Assert.All(PickleTrees.Tensors(file.Root), tensor => Assert.Equal(DType.F32, tensor.Value.Read().DType));
        }
    }

    private static string? Refusal(string path, long mapFrom)
    {
        try
        {
            using var file = TorchFile.Open(path, mapFrom);
            foreach (var tensor in PickleTrees.Tensors(file.Root)) tensor.Value.Read();
            return null;
        }
        catch (FileException error)
        {
            return error.Message;
        }
    }
}
