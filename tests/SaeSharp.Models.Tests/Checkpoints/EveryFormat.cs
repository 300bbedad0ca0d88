using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>Laws of every checkpoint format there is.</summary>
public class EveryFormat
{
    public static TheoryData<string> Names => [.. CheckpointFormats.All.Select(format => format.Name)];

    [Fact]
    public void Every_format_has_a_sample() => Assert.Equal(CheckpointFormats.All.Select(format => format.Name).Order(StringComparer.Ordinal), Samples.All.Keys.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Names))]
    public void It_is_found_by_its_file_and_by_its_folder_with_every_tensor_as_stored(string name)
    {
        var (file, bytes, expected) = Samples.All[name];
        using var folder = new TemporaryFolder();
        folder.Write(file, bytes);
        foreach (var path in new[] { folder.Path, folder[file] })
        {
            using var checkpoint = Checkpoint.Open(path);
            Assert.Equal(folder[file], checkpoint.Path);
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), checkpoint.Names);
            Assert.All(expected, row =>
            {
                var tensor = checkpoint.Read(row.Key);
                Assert.Equal(row.Value, tensor.Span<float>().ToArray());
                Assert.Equal(checkpoint.Entry(row.Key).DType, tensor.DType);
                Assert.Equal(checkpoint.Entry(row.Key).Shape, [.. tensor.Shape.ToArray().Select(size => (long)size)]);
                Assert.Equal(row.Key, checkpoint.Entry(row.Key).Name);
            });
            Assert.Contains(checkpoint.Names[0], Assert.Throws<FileException>(() => checkpoint.Read(checkpoint.Names[0] + "x")).Hint, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Tensors_outlive_the_checkpoint_and_no_new_ones_are_read(string name)
    {
        var (file, bytes, expected) = Samples.All[name];
        using var folder = new TemporaryFolder();
        var checkpoint = Checkpoint.Open(folder.Write(file, bytes));
        var tensors = expected.Keys.Select(key => (key, checkpoint.Read(key))).ToArray();
        checkpoint.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.All(tensors, row => Assert.Equal(expected[row.key], row.Item2.Span<float>().ToArray()));
    }

    [Theory, MemberData(nameof(Names))]
    public void Its_first_bytes_tell_it_from_all_others(string name)
    {
        var bytes = Samples.All[name].Bytes;
        Assert.Equal(name, Assert.Single(CheckpointFormats.All, format => format.Recognises(bytes.AsSpan(0, 64), bytes.Length)).Name);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_file_cut_short_anywhere_or_with_more_behind_it_is_refused_and_named(string name)
    {
        var (file, bytes, _) = Samples.All[name];
        using var folder = new TemporaryFolder();
        foreach (var damaged in Enumerable.Range(0, bytes.Length).Where(length => length % 7 == 0).Select(length => bytes[..length]).Append([.. bytes, .. new byte[64]]))
        {
            var path = folder.Write(file, damaged);
            Assert.StartsWith(path, Assert.Throws<FileException>(() => Checkpoint.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public Task Every_mutant_is_refused_or_sound(string name) => MutantRun.RequireTyped(Path.GetExtension(Samples.All[name].File), (_, mutator) => mutator.Damage(Samples.All[name].Bytes), path =>
    {
        try
        {
            using var checkpoint = Checkpoint.Open(path);
            foreach (var tensor in checkpoint.Names) Touch(checkpoint.Read(tensor));
            if (checkpoint.DescribesModel) Assert.True(checkpoint.Config().Has("model_type"));
            return true;
        }
        catch (FileException error)
        {
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            return false;
        }
    });

    private static void Touch(Tensor tensor)
    {
        var sum = 0L;
        foreach (var value in tensor.RawBytes()) sum += value;
        Assert.InRange(sum, 0, 255 * tensor.Bytes);
    }
}
