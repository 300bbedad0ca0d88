using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Transcoders of Qwen3 by mwhanna: <c>layer_N.safetensors</c>, with <c>config.yaml</c> and <c>wandb-config.yaml</c> of the whole repository beside them.</summary>
/// <remarks>W_enc lies [dSae, dIn]. The configs are not needed for shapes, and the larger repositories lack them.</remarks>
internal sealed class MwhannaTranscoder : SaeFormat
{
    private const string Config = "config.yaml";

    public override IReadOnlyList<string> Names => ["mwhanna_transcoder"];

    public override bool Recognises(SaeFiles files) => files.Name.StartsWith("layer_", StringComparison.Ordinal) && files.IsFile(".safetensors");

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.Path];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var config = File.Exists(files.Beside(Config)) ? FlatYaml.Read(files.Beside(Config)) : null;
        var layer = LayerNames.Layer(files.Name);
        return new()
        {
            Architecture = weights.Has("W_skip") ? "skip_transcoder" : "transcoder", DIn = weights.Size("W_enc", 1, 2), DSae = weights.Size("W_enc", 0, 2), DOut = weights.Size("W_dec", 1, 2), ApplyBDecToInput = false,
            ModelName = config?.TextOrNull("model_name") ?? files.Origin?.ModelName, HookName = layer is null ? null : $"blocks.{layer}.mlp.hook_in",
            HookNameOut = layer is null ? null : $"blocks.{layer}.hook_mlp_out", OtherMetadata = Metadata((ModelProcessing.Key, new Dictionary<string, bool> { ["fold_ln"] = false })),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = Same(weights, "b_enc", "W_dec", "b_dec");
        tensors["W_enc"] = weights.Transposed("W_enc");
        if (weights.Has("W_skip")) tensors["W_skip"] = weights.Read("W_skip");
        return tensors;
    }
}
