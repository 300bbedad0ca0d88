using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Llama Scope (He et al. 2024, arXiv:2410.20526v1): <c>hyperparams.json</c> and <c>checkpoints/final.safetensors</c>, one threshold for all latents.</summary>
/// <remarks>Training read activations times s = √dIn / mean norm. Read for raw ones: W_enc · s, W_dec / s, b_dec / s, and the threshold, which is stored without it, times s; b_enc stays.</remarks>
internal sealed class LlamaScope : SaeFormat
{
    private const string Config = "hyperparams.json";

    public override IReadOnlyList<string> Names => ["llama_scope"];

    public override bool Recognises(SaeFiles files) => files.Has(Config) && files.Has(Weights);

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(Weights)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var fields = SaeLensConfig.Fields(files.In(Config));
        return new()
        {
            Architecture = "jumprelu", DIn = fields.Count("d_model"), DSae = fields.Count("d_sae"), ApplyBDecToInput = false, HookName = fields.Text("hook_point_in"),
            ModelName = files.Origin?.ModelName ?? "meta-llama/Llama-3.1-8B", ContextSize = 1024, OtherMetadata = Metadata(("dataset_path", "cerebras/SlimPajama-627B")),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var fields = SaeLensConfig.Fields(files.In(Config));
        var scale = InputScale(fields);
        var threshold = (float)(fields.Amount("jump_relu_threshold") * scale);
        var tensors = Linears(weights, "encoder", "decoder");
        tensors["threshold"] = Map(tensors["b_enc"], _ => threshold);
        Rescale(tensors, files.Origin?.NormScalingFactor ?? scale, files.Origin?.NormScalingFactor ?? scale);
        return tensors;
    }

    /// <summary>√dIn / mean norm of the activations in training.</summary>
    internal static double InputScale(JsonFields fields) =>
        Math.Sqrt(fields.Count("d_model")) / OptionException.Positive(fields.Part("dataset_average_activation_norm").Amount("in"), "dataset_average_activation_norm.in");

    private static string Weights => Path.Combine("checkpoints", "final.safetensors");
}
