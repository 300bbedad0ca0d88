using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>EleutherAI/sparsify: <c>cfg.json</c> and <c>sae.safetensors</c> in a folder named after a module, the run's <c>config.json</c> above it.</summary>
/// <remarks>
/// W_dec lies [num_latents, dOut] already (SAELens turns it over and fails). The encoder reads x − b_dec, unless it transcodes. Multi-TopK is a way to train; it is used as TopK.
/// A transcoder of a module reads what the module takes and writes what it gives.
/// </remarks>
internal sealed class Sparsify : SaeFormat
{
    private const string Config = "cfg.json", Weights = "sae.safetensors", Run = "config.json";

    public override IReadOnlyList<string> Names => ["sparsify"];

    public override bool Recognises(SaeFiles files) => files.Has(Config) && files.Has(Weights);

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(Weights)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var fields = SaeLensConfig.Fields(files.In(Config));
        var run = File.Exists(files.Beside(Run)) ? SaeLensConfig.Fields(files.Beside(Run)) : null;
        var (transcodes, hasSkip) = (fields.Flag("transcode", false), weights.Has("W_skip"));
        var activation = fields.Choice("activation", [("topk", "topk"), ("groupmax", "groupmax")], "topk");
        if (fields.Flag("signed", false)) throw FileException.Unsupported(files.In(Config), "key 'signed'", "latents with signs are not read", "Choose another SAE.");
        var (input, output) = LayerNames.OfModule(files.Name);
        var isTranscoder = transcodes || hasSkip;
        var config = new SaeConfig
        {
            Architecture = activation + (hasSkip ? "_skip_transcoder" : transcodes ? "_transcoder" : ""), DIn = weights.Size("encoder.weight", 1, 2), DSae = weights.Size("encoder.weight", 0, 2),
            K = fields.Count("k"), ApplyBDecToInput = !isTranscoder, ModelName = run?.TextOrNull("model") ?? files.Origin?.ModelName,
            HookName = transcodes ? input : output, HookNameOut = isTranscoder ? output : null, ContextSize = run?.NumberOrNull("ctx_len"),
            OtherMetadata = Metadata(("dataset_path", run?.TextOrNull("dataset"))),
        };
        return isTranscoder ? config with { DOut = weights.Size("W_dec", 1, 2) } : config;
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["W_enc"] = weights.Transposed("encoder.weight"), ["b_enc"] = weights.Read("encoder.bias"), ["W_dec"] = weights.Read("W_dec"), ["b_dec"] = weights.Read("b_dec"),
        };
        if (weights.Has("W_skip")) tensors["W_skip"] = weights.Read("W_skip");
        return tensors;
    }
}
