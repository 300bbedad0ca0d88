using System.Security.Cryptography;
using System.Text.Json;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>Checkpoints as the reference libraries save them.</summary>
public class CheckpointGolden
{
    [Theory]
    [InlineData("llama_sharded", DType.F32), InlineData("gpt2_sharded", DType.F32)]
    [InlineData("llama_bf16", DType.BF16), InlineData("gpt2_bf16", DType.BF16)]
    [InlineData("llama_f16", DType.F16), InlineData("gpt2_f16", DType.F16)]
    [InlineData("gpt2_prefix", DType.F32), InlineData("gpt2_no_prefix", DType.F32)]
    [InlineData("llama_bin", DType.F32), InlineData("llama_bin_legacy", DType.F32)]
    [InlineData("gpt2_bin", DType.F32), InlineData("gpt2_bin_legacy", DType.F32)]
    public void Every_tensor_of_a_saved_model_is_there_in_its_type(string loader, DType type)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var folder = SharedFiles.At("golden", "models", "loaders", loader);
        using var checkpoint = Checkpoint.Open(folder);
        var config = HfConfig.Read(folder);

        var embedding = checkpoint.Read(Assert.Single(checkpoint.Names, name => name.EndsWith("wte.weight", StringComparison.Ordinal) || name.EndsWith("embed_tokens.weight", StringComparison.Ordinal)));
        Assert.Equal([config.Count("vocab_size"), config.Count("n_embd", "hidden_size")], embedding.Shape.ToArray());
        Assert.All(checkpoint.Names, name =>
        {
            var tensor = checkpoint.Read(name);
            Assert.Equal(type, tensor.DType);
            for (var i = 0; i < tensor.Count; i++) Assert.True(double.IsFinite(tensor.Read(i)));
        });
        Assert.All(Enumerable.Range(0, config.Count("n_layer", "num_hidden_layers")), layer =>
            Assert.Contains(checkpoint.Names, name => name.Contains($".{layer}.", StringComparison.Ordinal)));
    }

    [Theory, InlineData("llama_bin", "llama_bin_legacy"), InlineData("gpt2_bin", "gpt2_bin_legacy")]
    public void Both_torch_containers_hold_the_same_bits(string zip, string legacy)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var first = Checkpoint.Open(SharedFiles.At("golden", "models", "loaders", zip));
        using var second = Checkpoint.Open(SharedFiles.At("golden", "models", "loaders", legacy));

        Assert.Equal(first.Names, second.Names);
        Assert.All(first.Names, name => Assert.Equal(first.Read(name).RawBytes(), second.Read(name).RawBytes()));
    }

    [Fact]
    public void The_tensors_of_a_sharded_checkpoint_are_bit_equal()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.At("golden", "files", "manifest.json")));
        var expected = manifest.RootElement.GetProperty("files").EnumerateArray()
            .Where(file => file.GetProperty("path").GetString()!.StartsWith("safetensors/sharded/", StringComparison.Ordinal) && file.TryGetProperty("tensors", out _))
            .SelectMany(file => file.GetProperty("tensors").EnumerateObject()).ToDictionary(tensor => tensor.Name, tensor => tensor.Value.GetProperty("sha256").GetString());
        Assert.NotEmpty(expected);

        using var checkpoint = Checkpoint.Open(SharedFiles.At("golden", "files", "safetensors", "sharded"));

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), checkpoint.Names);
        Assert.All(expected, tensor => Assert.Equal(tensor.Value, Convert.ToHexStringLower(SHA256.HashData(checkpoint.Read(tensor.Key).RawBytes()))));
    }

    [Fact]
    public void Old_and_new_configs_of_one_model_say_the_same()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var folders = Directory.EnumerateDirectories(SharedFiles.At("golden", "models")).Where(folder => File.Exists(Path.Combine(folder, "config.old.json"))).ToArray();
        Assert.NotEmpty(folders);
        foreach (var folder in folders)
        {
            var (now, before) = (HfConfig.Read(folder), HfConfig.Read(Path.Combine(folder, "config.old.json")));
            Assert.Equal(Says(before), Says(now));
        }

        static (string, int, int, int?, double?, string) Says(HfConfig config) => (
            config.Text("model_type"),
            config.Count("num_hidden_layers", "n_layer"),
            config.Count("hidden_size", "n_embd"),
            config.OptionalCount("num_key_value_heads"),
            config.OptionalNumber("rope_parameters.full_attention.rope_theta", "rope_parameters.rope_theta", "rope_theta", "rotary_emb_base"),
            config.Text("dtype", "torch_dtype"));
    }
}
