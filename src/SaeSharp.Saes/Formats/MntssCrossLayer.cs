using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>A layer of a cross-layer transcoder as circuit-tracer keeps it (Hanna, Piotrowski et al. 2025): <c>W_enc_N.safetensors</c>, <c>W_dec_N.safetensors</c>, <c>config.yaml</c>.</summary>
/// <remarks>Its path is the folder and the layer's number. Targets count from this layer on. A layer may have thresholds (JumpReLU) and a skip connection. SAELens adds the decoders of all targets up, which is right for latents only; here each target is an output hook.</remarks>
internal sealed class MntssCrossLayer : SaeFormat
{
    public const string Config = "config.yaml";

    public override IReadOnlyList<string> Names => ["mntss_clt_layer_transcoder"];

    public override bool Recognises(SaeFiles files) => File.Exists(files.Beside($"W_enc_{files.Name}.safetensors"));

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.Beside($"W_enc_{files.Name}.safetensors"), files.Beside($"W_dec_{files.Name}.safetensors")];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var config = FlatYaml.Read(files.Beside(Config));
        var (targets, layer) = (Targets(files, weights), files.Name);
        var first = int.TryParse(layer, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is >= 0 and < 100_000 ? number
            : throw FileException.Malformed(weights.Path, "name", $"'{layer}' is no layer, expected its number");
        return new()
        {
            Architecture = $"{(weights.Names.Contains($"threshold_{layer}") ? "jumprelu_" : "")}{(weights.Names.Contains($"W_skip_{layer}") ? "skip_" : "")}transcoder", DIn = weights.Size($"W_enc_{layer}", 1, 2), DSae = weights.Size($"W_enc_{layer}", 0, 2), DOut = checked(targets.Count * targets.Width), ApplyBDecToInput = false,
            ModelName = config.TextOrNull("model_name") ?? files.Origin?.ModelName, HookName = $"blocks.{first}.{config.Text("feature_input_hook")}",
            HookNameOut = string.Join(',', Enumerable.Range(first, targets.Count).Select(target => $"blocks.{target}.{config.Text("feature_output_hook")}")),
            OtherMetadata = Metadata((ModelProcessing.Key, new Dictionary<string, bool> { ["fold_ln"] = false })),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var layer = files.Name;
        var tensors = new Dictionary<string, Tensor>
        {
            ["W_enc"] = weights.Transposed($"W_enc_{layer}"), ["b_enc"] = weights.Read($"b_enc_{layer}"), ["W_dec"] = weights.Read($"W_dec_{layer}"), ["b_dec"] = weights.Read($"b_dec_{layer}"),
        };
        if (weights.Names.Contains($"threshold_{layer}")) tensors["threshold"] = weights.Read($"threshold_{layer}").Reshape(tensors["b_enc"].Shape);
        if (weights.Names.Contains($"W_skip_{layer}")) tensors["W_skip"] = weights.Transposed($"W_skip_{layer}");
        CrossLayer.Spread(tensors, Targets(files, weights));
        return tensors;
    }

    private static CrossLayerTargets Targets(SaeFiles files, TensorFile weights) => new(weights.Size($"W_dec_{files.Name}", 1, 3), weights.Size($"W_dec_{files.Name}", 2, 3), Own: 0);
}
