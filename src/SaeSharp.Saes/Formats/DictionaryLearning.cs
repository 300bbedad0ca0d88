using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>dictionary_learning (Marks et al.): <c>ae.pt</c> and <c>config.json</c>; the class in the config says which kind, and how its tensors lie.</summary>
/// <remarks>BatchTopK and Matryoshka are read as JumpReLU with the one threshold they learnt, as their own <c>encode</c> does with use_threshold, and as SAELens does.</remarks>
internal sealed class DictionaryLearning : SaeFormat
{
    private const string Weights = "ae.pt", Config = "config.json";

    /// <summary>Class, architecture, whether the encoder reads x − b_dec.</summary>
    private static readonly (string Class, (string Architecture, bool TakesBDec) Kind)[] Classes =
    [
        ("AutoEncoder", ("standard", true)), ("AutoEncoderNew", ("standard", false)), ("GatedAutoEncoder", ("gated", true)), ("AutoEncoderTopK", ("topk", true)),
        ("BatchTopKSAE", ("jumprelu", true)), ("MatryoshkaBatchTopKSAE", ("jumprelu", true)), ("JumpReluAutoEncoder", ("jumprelu", false)),
    ];

    /// <summary>How a tensor is called, ours first; those of nn.Linear are turned over.</summary>
    private static readonly (string Ours, string[] Theirs)[] Tables =
    [
        ("b_enc", ["b_enc", "encoder.bias"]), ("b_dec", ["b_dec", "bias", "decoder_bias", "decoder.bias"]), ("b_gate", ["gate_bias"]), ("b_mag", ["mag_bias"]), ("r_mag", ["r_mag"]),
    ];

    public override IReadOnlyList<string> Names => ["dictionary_learning_1"];

    public override bool Recognises(SaeFiles files) => files.Has(Weights);

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(Weights)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var config = SaeLensConfig.Fields(files.In(Config));
        var trainer = config.Part("trainer");
        var (architecture, takesBDec) = trainer.Choice("dict_class", Classes, ("standard", true));
        return new()
        {
            Architecture = architecture, DIn = trainer.Count("activation_dim"), DSae = trainer.Count("dict_size"), ApplyBDecToInput = takesBDec, K = architecture == "topk" ? trainer.Count("k") : 0,
            ModelName = trainer.TextOrNull("lm_name") ?? files.Origin?.ModelName, HookName = Hook(trainer),
            ContextSize = config.Has("buffer") ? config.Part("buffer").NumberOrNull("ctx_len") : null, OtherMetadata = Metadata(("dataset_path", "monology/pile-uncopyrighted")),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["W_enc"] = weights.Has("W_enc") ? weights.Read("W_enc") : weights.Transposed("encoder.weight"),
            ["W_dec"] = weights.Has("W_dec") ? weights.Read("W_dec") : weights.Transposed("decoder.weight"),
        };
        foreach (var (ours, theirs) in Tables)
            if (theirs.FirstOrDefault(weights.Has) is { } name) tensors[ours] = weights.Read(name);
        if (tensors.TryGetValue("b_gate", out _)) tensors.Remove("b_enc");
        else if (!tensors.ContainsKey("b_enc")) tensors["b_enc"] = Tensor.Zeros(DType.F32, tensors["W_enc"].Columns);
        if (Describe(files, weights).Architecture == "jumprelu") tensors["threshold"] = Threshold(weights, tensors["W_enc"].Columns);
        return tensors;
    }

    /// <summary>One of each latent's own, or one for all.</summary>
    private static Tensor Threshold(TensorFile weights, int dSae)
    {
        var threshold = weights.Read("threshold");
        if (threshold.Rank > 0) return threshold;
        var all = Tensor.Zeros(DType.F32, dSae);
        all.Span<float>().Fill((float)threshold.Read(0));
        return all;
    }

    private static string? Hook(JsonFields trainer)
    {
        var (layer, module) = (trainer.NumberOrNull("layer"), trainer.TextOrNull("submodule_name") ?? "");
        if (layer is null) return null;
        return module switch
        {
            _ when module.StartsWith("mlp_out", StringComparison.Ordinal) => $"blocks.{layer}.hook_mlp_out",
            _ when module.StartsWith("attention_out", StringComparison.Ordinal) => $"blocks.{layer}.hook_attn_out",
            _ => $"blocks.{layer}.hook_resid_post",
        };
    }
}
