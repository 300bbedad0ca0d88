using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Llama Scope for R1 distillations: <c>config.json</c> and <c>sae_weights.safetensors</c> with nn.Linear names and logarithms of thresholds.</summary>
/// <remarks>Scaled for raw activations as <see cref="LlamaScope"/>, but thresholds are stored for scaled activations already. The release's factor counts before the config's.</remarks>
internal sealed class LlamaScopeR1 : SaeFormat
{
    private const string Config = "config.json", Weights = "sae_weights.safetensors", Threshold = "log_jumprelu_threshold";

    public override IReadOnlyList<string> Names => ["llama_scope_r1_distill"];

    public override bool Recognises(SaeFiles files)
    {
        if (!files.Has(Config) || !files.Has(Weights)) return false;
        using var weights = TensorFile.Open(files.In(Weights));
        return weights.HasAll("encoder.weight", Threshold);
    }

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(Weights)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var fields = SaeLensConfig.Fields(files.In(Config));
        return new()
        {
            Architecture = "jumprelu", DIn = weights.Size("encoder.weight", 1, 2), DSae = weights.Size("encoder.weight", 0, 2), ApplyBDecToInput = false, HookName = fields.Text("hook_point_in"),
            ModelName = files.Origin?.ModelName ?? "meta-llama/Llama-3.1-8B", ContextSize = 1024, OtherMetadata = Metadata(("dataset_path", "cerebras/SlimPajama-627B")),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = Linears(weights, "encoder", "decoder");
        tensors["threshold"] = Map(weights.Read(Threshold), MathF.Exp);
        var scale = files.Origin?.NormScalingFactor ?? LlamaScope.InputScale(SaeLensConfig.Fields(files.In(Config)));
        Rescale(tensors, scale, scale);
        return tensors;
    }
}
