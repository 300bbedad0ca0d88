using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Training;

/// <summary>Writes a model as a Hugging Face folder, which <see cref="Transformer.Load"/> and transformers open: config.json, model.safetensors, and the tokenizer's files.</summary>
public static class ModelFolder
{
    private static readonly Dictionary<DType, string> TypeNames = new() { [DType.F32] = "float32", [DType.BF16] = "bfloat16" };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Files that make up a tokenizer, as they are called in a model's folder.</summary>
    public static IReadOnlyList<string> TokenizerFiles { get; } =
        ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.model", "vocab.json", "merges.txt", "chat_template.jinja"];

    /// <summary>Writes the folder whole or not at all.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">F32, or BF16: half as large, each weight rounded.</param>
    /// <param name="tokenizer">A folder with the tokenizer's files; null for none.</param>
    /// <exception cref="FileException">It cannot be written.</exception>
    public static void Write(string folder, DifferentiableTransformer model, DType type, string? tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        var typeName = TypeNames.GetValueOrDefault(type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Models are written in F32 or BF16.");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(folder))!);
        AtomicFolder.Write(folder, target =>
        {
            var config = JsonNode.Parse(model.Config.Json)!.AsObject();
            if (!config.ContainsKey("dtype")) config["torch_dtype"] = typeName;
            else config["dtype"] = typeName;
            AtomicFile.Write(Path.Combine(target, "config.json"), config.ToJsonString(Indented));
            SafetensorsWriter.Write(Path.Combine(target, "model.safetensors"), CheckpointLayout.Of(model, parameter => parameter.Value, areWeights: true)
                .Select(row => (row.Name, row.Tensor.To(DType.F32).To(type))), new Dictionary<string, string> { ["format"] = "pt" });
            foreach (var name in tokenizer is null ? [] : TokenizerFiles)
                if (File.Exists(Path.Combine(tokenizer!, name))) AtomicFile.Write(Path.Combine(target, name), File.ReadAllBytes(Path.Combine(tokenizer!, name)));
        });
    }
}
