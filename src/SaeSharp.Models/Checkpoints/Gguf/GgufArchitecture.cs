using System.Text.Json.Nodes;

namespace SaeSharp.Models.Checkpoints.Gguf;

/// <summary>What one <c>general.architecture</c> means.</summary>
/// <param name="Name">llama.cpp's name.</param>
/// <param name="Config">Makes Hugging Face's config of the metadata.</param>
/// <param name="Rows">Tensor names; <c>{i}</c> stands for a layer.</param>
internal sealed record GgufArchitecture(string Name, Func<GgufMetadata, JsonObject> Config, IReadOnlyDictionary<string, (string Name, GgufLayout Layout)> Rows)
{
    private const string Block = "blk.", Layer = "{i}";

    /// <summary>Hugging Face's name of a tensor and how it was changed; null where the table has no row.</summary>
    public (string Name, GgufLayout Layout)? Rename(string name)
    {
        var layer = "";
        var key = name;
        if (name.StartsWith(Block, StringComparison.Ordinal) && name.IndexOf('.', Block.Length) is > 0 and var end)
        {
            layer = name[Block.Length..end];
            if (!layer.All(char.IsAsciiDigit) || (layer.Length > 1 && layer[0] == '0')) return null;
            key = Block + Layer + name[end..];
        }
        return Rows.TryGetValue(key, out var row) ? (row.Name.Replace(Layer, layer, StringComparison.Ordinal), row.Layout) : null;
    }
}
