using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Checkpoints;

public class CheckpointTests
{
    private const string Index = "model.safetensors.index.json";

    [Fact]
    public void One_file_and_the_same_tensors_in_shards_read_alike()
    {
        using var single = new TemporaryFolder();
        using var sharded = new TemporaryFolder();
        (string Name, Tensor Tensor)[] tensors = [("a", Numbers(3)), ("b", Numbers(5)), ("c", Numbers(2))];
        SafetensorsWriter.Write(single["model.safetensors"], tensors);
        SafetensorsWriter.Write(sharded["x-1.safetensors"], tensors[..2]);
        SafetensorsWriter.Write(sharded["x-2.safetensors"], tensors[2..]);
        File.WriteAllText(sharded[Index], """{"metadata":{"total_size":40},"weight_map":{"c":"x-2.safetensors","a":"x-1.safetensors","b":"x-1.safetensors"}}""");

        foreach (var path in new[] { single.Path, single["model.safetensors"], sharded.Path, sharded[Index] })
        {
            using var checkpoint = Checkpoint.Open(path);
            Assert.Equal(["a", "b", "c"], checkpoint.Names);
            Assert.Equal(40, checkpoint.Bytes);
            Assert.All(tensors, tensor => Assert.Equal(tensor.Tensor.RawBytes(), checkpoint.Read(tensor.Name).RawBytes()));
            Assert.True(checkpoint.Contains("a"));
            Assert.False(checkpoint.Contains("d"));
            Assert.Equal("F32", checkpoint.Entry("c").TypeName);
        }
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"none.safetensors"}}""", "none.safetensors")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","b":"x.safetensors"}}""", "'b'")]
    [InlineData("""{"weight_map":{"a":"../x.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":"/x.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":"sub/x.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":"..\\x.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":"C:x.safetensors"}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":"x.safetensors\u0000"}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":".."}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":""}}""", "same folder")]
    [InlineData("""{"weight_map":{"a":1}}""", "same folder")]
    [InlineData("""{"weight_map":["a"]}""", "weight_map")]
    [InlineData("""{"weights":{}}""", "weight_map")]
    [InlineData("""[]""", "weight_map")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}""", "strict JSON")]
    [InlineData("""{"weight_map":{"a":"broken.safetensors"}}""", "broken.safetensors")]
    public void An_index_that_does_not_fit_its_folder_is_refused_with_the_reason(string index, string reason)
    {
        using var outside = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["x.safetensors"], [("a", Numbers(1))]);
        folder.Write("broken.safetensors", [1, 2, 3]);
        File.WriteAllText(folder[Index], index);

        var error = Assert.Throws<FileException>(() => Checkpoint.Open(folder.Path));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_says_what_it_has_instead()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tf_model.h5", [0]);

        var error = Assert.Throws<FileException>(() => Checkpoint.Open(folder.Path));

        Assert.Contains("model.safetensors, pytorch_model.bin, *.gguf", error.Message, StringComparison.Ordinal);
        Assert.Contains("tf_model.h5", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Torch_shards_are_read_by_their_index()
    {
        using var folder = new TemporaryFolder();
        folder.Write("pytorch_model-1.bin", RawTorch.Archive([new("a", "FloatStorage", 4, [3], new byte[12])]));
        folder.Write("pytorch_model-2.bin", RawTorch.Legacy([new("b", "HalfStorage", 2, [2, 2], new byte[8])]));
        File.WriteAllText(folder["pytorch_model.bin.index.json"], """{"weight_map":{"a":"pytorch_model-1.bin","b":"pytorch_model-2.bin"}}""");

        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.Equal(["a", "b"], checkpoint.Names);
        Assert.Equal([2L, 2], checkpoint.Entry("b").Shape);
        Assert.Equal(20, checkpoint.Bytes);
    }

    [Fact]
    public void Safetensors_come_before_other_formats()
    {
        using var folder = new TemporaryFolder();
        folder.Write("pytorch_model.bin", RawTorch.Archive([new("torch", "FloatStorage", 4, [1], new byte[4])]));
        using (var torch = Checkpoint.Open(folder.Path)) Assert.Equal(["torch"], torch.Names);

        SafetensorsWriter.Write(folder["model.safetensors"], [("safetensors", Numbers(1))]);
        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.Equal(["safetensors"], checkpoint.Names);
    }

    [Theory, InlineData("state_dict"), InlineData("model_state_dict"), InlineData("model")]
    public void A_state_dict_inside_a_training_checkpoint_is_found(string key)
    {
        using var folder = new TemporaryFolder();
        byte[] tensor = [(byte)'}', .. RawTorch.Text("w"), .. RawTorch.Tensor("FloatStorage", "0", 2, 0, [2], [1]), (byte)'s'];
        var pickle = RawTorch.Pickle([(byte)'}', (byte)'(', .. RawTorch.Text("step"), .. RawTorch.Number(7), .. RawTorch.Text(key), .. tensor, (byte)'u']);
        using var checkpoint = Checkpoint.Open(folder.Write("a.pt", RawTorch.Archive([new("", "FloatStorage", 4, [2], new byte[8])], pickle)));

        Assert.Equal(["w"], checkpoint.Names);
        var other = folder.Write("b.pt", RawTorch.Archive([], RawTorch.Pickle([(byte)'}', .. RawTorch.Text("step"), .. RawTorch.Number(7), (byte)'s'])));
        Assert.Contains("state_dict", Assert.Throws<FileException>(() => Checkpoint.Open(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_no_known_format_is_refused_with_those_there_are()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a.bin", "a.h5", "a" })
            Assert.Contains("torch", Assert.Throws<FileException>(() => Checkpoint.Open(folder.Write(name, [1, 2, 3]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_and_a_missing_folder_are_named()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["model.safetensors"], [("lm_head.weight", Numbers(1))]);
        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.Contains("lm_head.weight", Assert.Throws<FileException>(() => checkpoint.Read("lm_head.weights")).Hint, StringComparison.Ordinal);
        Assert.Contains(folder["none"], Assert.Throws<FileException>(() => Checkpoint.Open(folder["none"])).Message, StringComparison.Ordinal);
    }

    private static Tensor Numbers(int count) => Tensor.Of(Enumerable.Range(count, count).Select(i => (float)i).ToArray(), count);
}
