using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Temporal SAEs as their authors keep them: <c>conf.yaml</c> and <c>latest_ckpt.safetensors</c> with D, E, b and the attention layers.</summary>
internal sealed class TemporalCheckpoint : SaeFormat
{
    private const string Config = "conf.yaml", Weights = "latest_ckpt.safetensors", Attention = "attn_layers.";

    public override IReadOnlyList<string> Names => ["temporal"];

    public override bool Recognises(SaeFiles files) => files.Has(Config) && files.Has(Weights);

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(Weights)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var config = FlatYaml.Read(files.In(Config));
        return new()
        {
            Architecture = "temporal", DIn = weights.Size("D", 1, 2), DSae = weights.Size("D", 0, 2),
            K = config.Text("sae.sae_diff_type") == "topk" && config.TextOrNull("sae.kval_topk") is not null ? config.Count("sae.kval_topk") : 0,
            Temporal = new(config.Count("sae.n_heads"), config.Count("sae.n_attn_layers"), config.Count("sae.bottleneck_factor"), config.Flag("sae.tied_weights")),
            NormalizeActivations = ActivationNormalisation.ConstantScalarRescale, ActivationNormalizationFactor = config.Amount("sae.scaling_factor"),
            ModelName = files.Origin?.ModelName, HookName = LayerNames.Layer(files.Label) is { } layer ? $"blocks.{layer}.hook_resid_post" : null,
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = weights.Names.Where(name => name.StartsWith(Attention, StringComparison.Ordinal)).ToDictionary(name => name, weights.Read);
        (tensors["W_dec"], tensors["b_dec"]) = (weights.Read("D"), weights.Read("b"));
        if (weights.Has("E")) tensors["W_enc"] = weights.Read("E");
        return tensors;
    }
}
