using System.Text.Json.Nodes;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Tests.Reading;

/// <summary>A GPT-2 folder and its copy whose weights went through TransformerLens' fold_ln and center_writing_weights: the same function, other values on the way.</summary>
internal static class ProcessedGpt2
{
    /// <summary>Writes a tiny GPT-2 with random weights, ours.</summary>
    public static void WriteRandom(string folder, int seed)
    {
        const int Layers = 2, DModel = 16, Heads = 2, DVocab = 40, Context = 32;
        var random = new Random(seed);
        Tensor Numbers(double mean, double deviation, params ReadOnlySpan<int> shape)
        {
            var tensor = Tensor.Zeros(DType.F32, shape);
            foreach (ref var value in tensor.Span<float>()) value = (float)(mean + deviation * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5));
            return tensor;
        }
        var tensors = new Dictionary<string, Tensor> { ["wte.weight"] = Numbers(0.3, 1, DVocab, DModel), ["wpe.weight"] = Numbers(-0.2, 0.5, Context, DModel) };
        for (var layer = 0; layer < Layers; layer++)
        {
            foreach (var (name, inputs, outputs) in new[] { ("attn.c_attn", DModel, 3 * DModel), ("attn.c_proj", DModel, DModel), ("mlp.c_fc", DModel, 4 * DModel), ("mlp.c_proj", 4 * DModel, DModel) })
            {
                tensors[$"h.{layer}.{name}.weight"] = Numbers(0.05, 0.5, inputs, outputs);
                tensors[$"h.{layer}.{name}.bias"] = Numbers(0.1, 0.3, outputs);
            }
            foreach (var norm in new[] { "ln_1", "ln_2" }) (tensors[$"h.{layer}.{norm}.weight"], tensors[$"h.{layer}.{norm}.bias"]) = (Numbers(1, 0.6, DModel), Numbers(0, 0.4, DModel));
        }
        (tensors["ln_f.weight"], tensors["ln_f.bias"]) = (Numbers(1, 0.6, DModel), Numbers(0, 0.4, DModel));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), new JsonObject
        {
            ["model_type"] = "gpt2", ["n_layer"] = Layers, ["n_embd"] = DModel, ["n_head"] = Heads, ["vocab_size"] = DVocab, ["n_positions"] = Context,
            ["activation_function"] = "gelu_new", ["layer_norm_epsilon"] = 1e-5, ["tie_word_embeddings"] = true,
        }.ToJsonString());
        Write(folder, tensors);
    }

    /// <summary>Writes the processed copy of <paramref name="from"/>. Its unembedding no longer is its embedding, so only values before the final norm are comparable.</summary>
    public static void WriteProcessed(string from, string to)
    {
        var tensors = new Dictionary<string, Tensor>();
        using (var file = SafetensorsFile.Open(Path.Combine(from, "model.safetensors")))
            foreach (var name in file.Names) tensors[name] = file.Read(name).Clone();
        foreach (var (name, tensor) in tensors)
        {
            var writes = name.EndsWith("wte.weight", StringComparison.Ordinal) || name.EndsWith("wpe.weight", StringComparison.Ordinal) || name.Contains(".c_proj.", StringComparison.Ordinal);
            if (writes) Centre(tensor);
        }
        foreach (var name in tensors.Keys.Where(name => name.EndsWith("ln_1.weight", StringComparison.Ordinal) || name.EndsWith("ln_2.weight", StringComparison.Ordinal)).ToList())
        {
            var block = name[..^"ln_1.weight".Length];
            Fold(tensors, $"{block}{name.Split('.')[^2]}", $"{block}{(name.Contains("ln_1", StringComparison.Ordinal) ? "attn.c_attn" : "mlp.c_fc")}");
        }
        Directory.CreateDirectory(to);
        File.Copy(Path.Combine(from, "config.json"), Path.Combine(to, "config.json"));
        Write(to, tensors);
    }

    /// <summary>Takes the mean over dModel, the last axis of everything that writes to the stream, out of each row.</summary>
    private static void Centre(Tensor tensor)
    {
        for (var row = 0; row < tensor.RowCount; row++)
        {
            var values = tensor.Row<float>(row);
            var mean = values.ToArray().Average();
            foreach (ref var value in values) value -= mean;
        }
    }

    /// <summary>W ← diag(gain)·W and b ← b + bias·W; the norm is left with gain 1 and bias 0.</summary>
    private static void Fold(Dictionary<string, Tensor> tensors, string norm, string linear)
    {
        Span<float> gain = tensors[$"{norm}.weight"].Span<float>(), bias = tensors[$"{norm}.bias"].Span<float>(), b = tensors[$"{linear}.bias"].Span<float>();
        var w = tensors[$"{linear}.weight"];                                        // [inputs, outputs]
        for (var input = 0; input < w.RowCount; input++)
        {
            var row = w.Row<float>(input);
            for (var output = 0; output < row.Length; output++) (b[output], row[output]) = (b[output] + bias[input] * row[output], row[output] * gain[input]);
        }
        gain.Fill(1);
        bias.Clear();
    }

    private static void Write(string folder, Dictionary<string, Tensor> tensors) =>
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors.Select(pair => (pair.Key, pair.Value)));
}
