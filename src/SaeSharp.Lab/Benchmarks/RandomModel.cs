using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Writes a Llama folder of a given shape with small random weights.</summary>
/// <remarks>All weights are windows, some bytes apart, into one block of random numbers: a file of gigabytes is then written as fast as the disk takes it.</remarks>
internal static class RandomModel
{
    private const int Apart = 997;

    /// <summary>Writes it, unless <paramref name="folder"/> has it already.</summary>
    public static void Write(ModelShape shape, string folder)
    {
        var weights = Path.Combine(folder, "model.safetensors");
        if (File.Exists(weights)) return;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model_type"] = "llama", ["hidden_size"] = shape.DModel, ["num_hidden_layers"] = shape.Layers, ["num_attention_heads"] = shape.Heads,
            ["num_key_value_heads"] = shape.KeyHeads, ["head_dim"] = shape.DHead, ["intermediate_size"] = shape.DMlp, ["vocab_size"] = shape.DVocab,
            ["max_position_embeddings"] = 1024, ["rms_norm_eps"] = 1e-5, ["rope_theta"] = 10000.0, ["hidden_act"] = "silu", ["tie_word_embeddings"] = shape.Tied,
        }));
        SafetensorsWriter.Write(weights, Tensors(shape));
    }

    private static IEnumerable<(string, Tensor)> Tensors(ModelShape shape)
    {
        var (d, mlp, keys) = (shape.DModel, shape.DMlp, shape.KeyHeads * shape.DHead);
        var numbers = new RandomBlock(shape.DType, (long)d * Math.Max(shape.DVocab, mlp) + 16L * Apart, 1 / MathF.Sqrt(d));
        var drawn = 0;
        Tensor Weight(int rows, int columns) => numbers.Window(drawn++ % 16 * (long)Apart, rows, columns);
        var ones = Tensor.Zeros(DType.F32, d);
        ones.Span<float>().Fill(1);

        yield return ("model.embed_tokens.weight", Weight(shape.DVocab, d));
        if (!shape.Tied) yield return ("lm_head.weight", Weight(shape.DVocab, d));
        yield return ("model.norm.weight", ones);
        for (var i = 0; i < shape.Layers; i++)
        {
            var block = $"model.layers.{i}.";
            yield return (block + "input_layernorm.weight", ones);
            yield return (block + "post_attention_layernorm.weight", ones);
            yield return (block + "self_attn.q_proj.weight", Weight(d, d));
            yield return (block + "self_attn.k_proj.weight", Weight(keys, d));
            yield return (block + "self_attn.v_proj.weight", Weight(keys, d));
            yield return (block + "self_attn.o_proj.weight", Weight(d, d));
            yield return (block + "mlp.gate_proj.weight", Weight(mlp, d));
            yield return (block + "mlp.up_proj.weight", Weight(mlp, d));
            yield return (block + "mlp.down_proj.weight", Weight(d, mlp));
        }
    }

    /// <summary>Numbers spread evenly over (−scale, scale).</summary>
    private sealed class RandomBlock
    {
        private readonly DType _type;
        private readonly NativeStorage _storage;

        public RandomBlock(DType type, long count, float scale)
        {
            const int Columns = 1 << 16;
            var rows = (int)((count + Columns - 1) / Columns);
            (_type, _storage) = (type, new NativeStorage((long)rows * Columns * type.Size()));
            var all = new Tensor(type, [rows, Columns], _storage);
            Parallel.For(0, rows, row => RandomTensors.Uniform(row + 1, [1, Columns], scale).ConvertTo(all.Rows(row, 1)));
        }

        public Tensor Window(long start, int rows, int columns) => new(_type, [rows, columns], _storage, start * _type.Size());
    }
}
