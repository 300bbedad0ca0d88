using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Gemma Scope (Lieberum et al. 2024, arXiv:2408.05147v2): <c>params.npz</c> in folders that name layer, width and L0; the repository names model and hook.</summary>
/// <remarks>
/// Of embeddings: training read them times √dIn, as the model does after its embedding, so W_enc is divided by that here and W_dec multiplied, as in SAELens.
/// </remarks>
internal sealed class GemmaScope : SaeFormat
{
    private const string File = "params.npz";
    private static readonly string[] Models = ["2b-it", "9b-it", "27b-it", "27b", "2b", "9b"];

    public override IReadOnlyList<string> Names => ["gemma_2", "gemma_2_transcoder"];

    public override bool Recognises(SaeFiles files) => files.Has(File);

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(File)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var (encoder, isTranscoder) = (Name(weights, "W_enc"), IsTranscoder(files));
        var (input, output) = Hooks(files.Label, isTranscoder);
        var config = new SaeConfig
        {
            Architecture = isTranscoder ? "jumprelu_transcoder" : "jumprelu", DIn = weights.Size(encoder, 0, 2), DSae = weights.Size(encoder, 1, 2), ApplyBDecToInput = false,
            ReshapeHookZ = input?.EndsWith("hook_z", StringComparison.Ordinal) ?? false, HookName = input, HookNameOut = output, ModelName = files.Origin?.ModelName ?? Model(files.Label),
            ContextSize = 1024, OtherMetadata = Metadata(("dataset_path", "monology/pile-uncopyrighted"), ("l0", LayerNames.L0(files.Label))),
        };
        return isTranscoder ? config with { DOut = weights.Size(Name(weights, "W_dec"), 1, 2) } : config;
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = Same(weights, "b_enc", "b_dec", "threshold");
        (tensors["W_enc"], tensors["W_dec"]) = (weights.Read(Name(weights, "W_enc")), weights.Read(Name(weights, "W_dec")));
        if (!IsEmbedding(files.Label)) return tensors;
        var factor = MathF.Sqrt(tensors["W_enc"].RowCount);
        tensors["W_enc"] = Map(tensors["W_enc"], value => value / factor);
        tensors["W_dec"] = Map(tensors["W_dec"], value => value * factor);
        return tensors;
    }

    /// <summary>Both spellings are published: W_enc and w_enc.</summary>
    private static string Name(TensorFile weights, string name) => weights.Which(name, name.Replace("W_", "w_", StringComparison.Ordinal));

    private static bool IsEmbedding(string label) => label.Contains("embedding", StringComparison.Ordinal);

    private static bool IsTranscoder(SaeFiles files) => files.Label.Contains("transcoder", StringComparison.Ordinal);

    private static string? Model(string label) => Models.FirstOrDefault(model => label.Contains($"scope-{model}", StringComparison.Ordinal)) is { } size ? $"gemma-2-{size}" : null;

    private static (string? Input, string? Output) Hooks(string label, bool isTranscoder)
    {
        if (IsEmbedding(label)) return ("hook_embed", null);
        if (LayerNames.Layer(label) is not { } layer) return (null, null);
        if (isTranscoder) return ($"blocks.{layer}.ln2.hook_normalized", $"blocks.{layer}.hook_mlp_out");
        var kinds = new[] { ("-res", "hook_resid_post"), ("-mlp", "hook_mlp_out"), ("-att", "attn.hook_z") };
        return kinds.FirstOrDefault(kind => label.Contains(kind.Item1, StringComparison.Ordinal)).Item2 is { } hook ? ($"blocks.{layer}.{hook}", null) : (null, null);
    }
}
