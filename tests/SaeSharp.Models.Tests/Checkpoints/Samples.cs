using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>A small file of each checkpoint format, with the f32 numbers its tensors must have. A new format is one row here.</summary>
internal static class Samples
{
    private static readonly float[] Six = [1, 2, 3, 4, 5, 6];

    /// <summary>By the format's name: the file in a model folder, its bytes, and what is in it.</summary>
    public static IReadOnlyDictionary<string, (string File, byte[] Bytes, Dictionary<string, float[]> Expected)> All { get; } = new Dictionary<string, (string, byte[], Dictionary<string, float[]>)>
    {
        ["safetensors"] = ("model.safetensors", Safetensors(), new() { ["a"] = Six, ["b"] = Six[..2] }),
        ["torch"] = ("pytorch_model.bin", RawTorch.Archive([new("a", "FloatStorage", 4, [2, 3], Bytes(Six)), new("b", "FloatStorage", 4, [2], Bytes(Six[..2]))]), new() { ["a"] = Six, ["b"] = Six[..2] }),
        ["GGUF"] = ("tiny.gguf", RawGguf.File(new Dictionary<string, object> { ["general.architecture"] = "llama" }, [new("token_embd.weight", RawGguf.F32, [2, 3], Bytes(Six)), new("other", RawGguf.F32, [2], Bytes(Six[..2]))]),
            new() { ["model.embed_tokens.weight"] = Six, ["other"] = Six[..2] }),
        ["llama2.c"] = ("model.bin", Llama2c(), Llama2cExpected()),
    };

    public static byte[] Bytes(float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Safetensors()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["a"], [("a", Tensor.Of(Six, 2, 3)), ("b", Tensor.Of(Six[..2], 2))]);
        return File.ReadAllBytes(folder["a"]);
    }

    /// <summary>Width 8, MLP 3, one layer, 2 heads of 4, 1 key head, 5 tokens, an unembedding of its own, 2 positions; weights count up from 0.</summary>
    private static byte[] Llama2c()
    {
        int[] header = [8, 3, 1, 2, 1, -5, 2];
        const int Floats = 40 + 8 + 64 + 32 + 32 + 64 + 8 + 24 + 24 + 24 + 8 + 2 * 4 + 40;
        return [.. header.SelectMany(BitConverter.GetBytes), .. Bytes([.. Enumerable.Range(0, Floats).Select(i => (float)i)])];
    }

    private static Dictionary<string, float[]> Llama2cExpected()
    {
        var (expected, next) = (new Dictionary<string, float[]>(), 0);
        Add("model.embed_tokens.weight", 40);
        Add("model.layers.0.input_layernorm.weight", 8);
        Add("model.layers.0.self_attn.q_proj.weight", 64);
        Add("model.layers.0.self_attn.k_proj.weight", 32);
        Add("model.layers.0.self_attn.v_proj.weight", 32);
        Add("model.layers.0.self_attn.o_proj.weight", 64);
        Add("model.layers.0.post_attention_layernorm.weight", 8);
        Add("model.layers.0.mlp.gate_proj.weight", 24);
        Add("model.layers.0.mlp.down_proj.weight", 24);
        Add("model.layers.0.mlp.up_proj.weight", 24);
        Add("model.norm.weight", 8);
        next += 8; // rotary tables
        Add("lm_head.weight", 40);
        foreach (var name in new[] { "q", "k" })
        {
            // Heads of 4 rows: neighbours (0, 1), (2, 3) become halves (0, 2), (1, 3).
            var rows = expected[$"model.layers.0.self_attn.{name}_proj.weight"].Chunk(8).ToArray();
            expected[$"model.layers.0.self_attn.{name}_proj.weight"] = [.. rows.Chunk(4).SelectMany(head => new[] { head[0], head[2], head[1], head[3] }).SelectMany(row => row)];
        }
        return expected;

        void Add(string name, int count)
        {
            expected[name] = [.. Enumerable.Range(next, count).Select(i => (float)i)];
            next += count;
        }
    }
}
