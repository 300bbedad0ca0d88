using System.Text.RegularExpressions;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Formats;

/// <summary>Writes a cross-layer transcoder as circuit-tracer keeps it, the way <see cref="MntssCrossLayer"/> reads a layer of it: <c>W_enc_N.safetensors</c> and <c>W_dec_N.safetensors</c> for each layer N, <c>config.yaml</c>.</summary>
internal static partial class CrossLayerFolder
{
    /// <summary>Whether hooks are of layers that follow one another, all under one name in their layer: what the layout can say.</summary>
    public static bool CanHold(IReadOnlyList<string> hooks) => First(hooks) is not null;

    public static void Save(SparseAutoencoder sae, string folder)
    {
        var config = sae.Config;
        if (!config.IsCrossLayer || First(config.Hooks) is not { } read || First(config.HooksOut) is not { } written || read.Layer != written.Layer) throw SaeException.NotLayers(config);
        AtomicFolder.Write(folder, temporary =>
        {
            for (var layer = 0; layer < config.Hooks.Count; layer++) Write(sae, layer, read.Layer + layer, temporary);
            AtomicFile.Write(Path.Combine(temporary, MntssCrossLayer.Config), $"model_kind: cross_layer_transcoder\nmodel_name: '{config.ModelName?.Replace("'", "''", StringComparison.Ordinal)}'\n"
                + $"feature_input_hook: {read.Name}\nfeature_output_hook: {written.Name}\n");
        });
    }

    private static void Write(SparseAutoencoder sae, int layer, int number, string folder)
    {
        var (config, tensors) = (sae.Config, sae.Tensors);
        var layers = config.Hooks.Count;
        var (latents, dIn, d) = (config.DSae / layers, config.DIn / layers, sae.DOut / layers);
        var encoder = MatrixTranspose.Of(Part(tensors["W_enc"], layer * dIn, dIn, layer * latents, latents));         // [latents, dIn]
        List<(string, Tensor)> read = [($"W_enc_{number}", encoder), ($"b_enc_{number}", Part(tensors["b_enc"], layer * latents, latents)), ($"b_dec_{number}", Part(tensors["b_dec"], layer * d, d))];
        if (tensors.TryGetValue("threshold", out var threshold)) read.Add(($"threshold_{number}", Part(threshold, layer * latents, latents)));
        if (tensors.TryGetValue("W_skip", out var skip)) read.Add(($"W_skip_{number}", MatrixTranspose.Of(Part(skip, layer * d, d, layer * dIn, dIn)))); // [dIn, dOut] there
        SafetensorsWriter.Write(Path.Combine(folder, $"W_enc_{number}.safetensors"), read);
        var decoder = Part(tensors["W_dec"], layer * latents, latents, layer * d, (layers - layer) * d);              // [latents, targets · d]
        SafetensorsWriter.Write(Path.Combine(folder, $"W_dec_{number}.safetensors"), [($"W_dec_{number}", decoder.Reshape(latents, layers - layer, d))]);
    }

    private static Tensor Part(Tensor vector, int first, int count) => Part(vector.Reshape(1, (int)vector.Count), 0, 1, first, count).Reshape(count);

    private static Tensor Part(Tensor matrix, int firstRow, int rows, int firstColumn, int columns)
    {
        var part = Tensor.Zeros(DType.F32, rows, columns);
        for (var row = 0; row < rows; row++) matrix.Row<float>(firstRow + row).Slice(firstColumn, columns).CopyTo(part.Row<float>(row));
        return part;
    }

    private static (int Layer, string Name)? First(IReadOnlyList<string> hooks)
    {
        Match[] matches = [.. hooks.Select(hook => InLayer().Match(hook))];
        if (matches.Length == 0 || !matches.All(match => match.Success)) return null;
        var (first, name) = (int.Parse(matches[0].Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), matches[0].Groups[2].Value);
        return matches.Index().All(entry => entry.Item.Value == $"blocks.{first + entry.Index}.{name}") ? (first, name) : null;
    }

    [GeneratedRegex(@"^blocks\.(\d{1,5})\.(.+)$")]
    private static partial Regex InLayer();
}
