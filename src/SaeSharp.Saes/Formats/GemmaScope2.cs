using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Gemma Scope 2: <c>params.safetensors</c> with or without a <c>config.json</c>; a layer of a cross-layer transcoder is a file <c>params_layer_N.safetensors</c>.</summary>
/// <remarks>
/// The affine skip connection is stored [dIn, dOut]. A decoder with three axes [dSae, targets, d] writes to several layers: with more targets than the layer's number the
/// target is the layer of that number, else they count from this layer on. SAELens adds the targets up; here each is an output hook of its own.
/// </remarks>
internal sealed class GemmaScope2 : SaeFormat
{
    private const string File = "params.safetensors", LayerFile = "params_layer_", Config = "config.json";

    /// <summary>A word of the folder, what is read, what is written.</summary>
    private static readonly (string Word, string Input, string? Output)[] Hooks =
    [
        ("transcoder", "hook_mlp_in", "hook_mlp_out"), ("clt", "hook_mlp_in", "hook_mlp_out"), ("resid_post", "hook_resid_post", null), ("attn_out", "hook_attn_out", null), ("mlp_out", "hook_mlp_out", null),
    ];

    public override IReadOnlyList<string> Names => ["gemma_3"];

    public override bool Recognises(SaeFiles files) => files.Has(File) || (files.Name.StartsWith(LayerFile, StringComparison.Ordinal) && System.IO.File.Exists(LayerWeights(files)));

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.Has(File) ? files.In(File) : LayerWeights(files)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var layer = LayerNames.Layer(files.Label);
        var (_, input, output) = Hooks.FirstOrDefault(hook => files.Label.Contains(hook.Word, StringComparison.Ordinal));
        var (hasSkip, isCrossLayer) = (weights.Has("affine_skip_connection"), IsCrossLayer(weights));
        var isTranscoder = output is not null || isCrossLayer || hasSkip;
        var config = new SaeConfig
        {
            Architecture = hasSkip ? "jumprelu_skip_transcoder" : isTranscoder ? "jumprelu_transcoder" : "jumprelu", ApplyBDecToInput = false,
            DIn = weights.Size("w_enc", 0, 2), DSae = weights.Size("w_enc", 1, 2), ModelName = files.Origin?.ModelName ?? Model(files.Label), ContextSize = 1024,
            HookName = layer is null || input is null ? null : $"blocks.{layer}.{input}", OtherMetadata = Known(files),
        };
        if (!isTranscoder) return config;
        if (!isCrossLayer) return config with { DOut = weights.Size("w_dec", 1, 2), HookNameOut = layer is null ? null : $"blocks.{layer}.{output}" };
        var targets = Targets(files, weights);
        return config with
        {
            DOut = checked(targets.Count * targets.Width),
            HookNameOut = layer is null ? null : string.Join(',', Enumerable.Range(layer.Value - targets.Own, targets.Count).Select(target => $"blocks.{target}.{output}")),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = Same(weights, "b_enc", "b_dec", "threshold");
        (tensors["W_enc"], tensors["W_dec"]) = (weights.Read("w_enc"), weights.Read("w_dec"));
        if (weights.Has("affine_skip_connection")) tensors["W_skip"] = weights.Transposed("affine_skip_connection");
        if (IsCrossLayer(weights)) CrossLayer.Spread(tensors, Targets(files, weights));
        return tensors;
    }

    private static bool IsCrossLayer(TensorFile weights) => weights.Rank("w_dec") == 3;

    private static CrossLayerTargets Targets(SaeFiles files, TensorFile weights)
    {
        var (count, layer) = (weights.Size("w_dec", 1, 3), LayerNames.Layer(files.Label) ?? 0);
        return new(count, weights.Size("w_dec", 2, 3), count > layer ? layer : 0);
    }

    private static string LayerWeights(SaeFiles files) => files.Path.EndsWith(".safetensors", StringComparison.Ordinal) ? files.Path : files.Path + ".safetensors";

    private static Dictionary<string, System.Text.Json.JsonElement> Known(SaeFiles files)
    {
        if (!files.Has(Config)) return Metadata(("dataset_path", "monology/pile-uncopyrighted"));
        var fields = SaeLensConfig.Fields(files.In(Config));
        return Metadata(
            ("dataset_path", "monology/pile-uncopyrighted"), ("l0", fields.AmountOrNull("l0")), ("hf_hook_name", fields.TextOrNull("hf_hook_point_in")), ("hf_hook_name_out", fields.TextOrNull("hf_hook_point_out")));
    }

    /// <summary><c>google/gemma-scope-2-1b-pt/…</c> is of <c>google/gemma-3-1b-pt</c>; the 270m base model has no ending.</summary>
    private static string? Model(string label)
    {
        const string Prefix = "gemma-scope-2-";
        var at = label.IndexOf(Prefix, StringComparison.Ordinal);
        return at < 0 ? null : $"google/gemma-3-{label[(at + Prefix.Length)..].Split('/')[0].Replace("270m-pt", "270m", StringComparison.Ordinal)}";
    }
}
