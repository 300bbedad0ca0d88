using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Sizes of a language model whose weights do not matter.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="DModel">Width of the residual stream.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="DMlp">Width of the gated MLP.</param>
/// <param name="DVocab">Tokens.</param>
internal sealed record ModelShape(string Name, int Layers, int DModel, int Heads, int DMlp, int DVocab)
{
    private static readonly ModelShape[] Known =
    [
        new("stories15m", 6, 288, 6, 768, 32_000),
        // GPT-2's plain MLP of 3072 has as many weights as a gated one of 2048.
        new("gpt2-small", 12, 768, 12, 2048, 50_257),
    ];

    /// <summary>The shape called <paramref name="name"/>.</summary>
    public static ModelShape Of(string name) => Known.FirstOrDefault(s => s.Name == name) ?? throw OptionException.Invalid(
        $"There is no model shape '{name}'.", $"Shapes: {string.Join(", ", Known.Select(s => s.Name))}.");

    /// <summary>Weights of all blocks.</summary>
    public long BlockWeights => (long)Layers * (4L * DModel * DModel + 3L * DModel * DMlp);

    /// <summary>Bytes that one decoding step reads: all weights but the embedding table, of which it reads one row.</summary>
    public long BytesPerToken => 4 * (BlockWeights + (long)DModel * DVocab);

    /// <summary>Writes a Llama folder of this shape with small random f32 weights.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model_type"] = "llama", ["hidden_size"] = DModel, ["num_hidden_layers"] = Layers, ["num_attention_heads"] = Heads, ["num_key_value_heads"] = Heads,
            ["intermediate_size"] = DMlp, ["vocab_size"] = DVocab, ["max_position_embeddings"] = 1024, ["rms_norm_eps"] = 1e-5, ["rope_theta"] = 10000.0,
            ["hidden_act"] = "silu", ["tie_word_embeddings"] = false,
        }));
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), Tensors());
    }

    private IEnumerable<(string, Tensor)> Tensors()
    {
        yield return ("model.embed_tokens.weight", Weight(DVocab, DModel));
        yield return ("lm_head.weight", Weight(DVocab, DModel));
        yield return ("model.norm.weight", Ones());
        for (var i = 0; i < Layers; i++)
        {
            var block = $"model.layers.{i}.";
            yield return (block + "input_layernorm.weight", Ones());
            yield return (block + "post_attention_layernorm.weight", Ones());
            foreach (var name in (string[])["q_proj", "k_proj", "v_proj", "o_proj"]) yield return ($"{block}self_attn.{name}.weight", Weight(DModel, DModel));
            yield return (block + "mlp.gate_proj.weight", Weight(DMlp, DModel));
            yield return (block + "mlp.up_proj.weight", Weight(DMlp, DModel));
            yield return (block + "mlp.down_proj.weight", Weight(DModel, DMlp));
        }
    }

    private static Tensor Weight(int rows, int columns) => RandomTensors.Uniform(rows + columns, [rows, columns], 1 / MathF.Sqrt(columns));

    private Tensor Ones()
    {
        var ones = Tensor.Zeros(DType.F32, DModel);
        ones.Span<float>().Fill(1);
        return ones;
    }
}
