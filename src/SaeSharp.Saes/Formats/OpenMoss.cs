using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>OpenMOSS Language-Model-SAEs v2 (Llamascopium): <c>config.json</c> and <c>sae_weights.safetensors</c> with W_E, b_E, W_D, b_D.</summary>
/// <remarks>
/// Theirs: a = act(z · ‖W_D‖) / ‖W_D‖ where sparsity_include_decoder_norm. For JumpReLU that is a threshold of θ / ‖W_D[i]‖ on z, and for ReLU nothing, so both become
/// ordinary SAEs; TopK keeps the norm in its latents, as ours with rescaled acts. Dataset-wise normalisation is folded into the weights.
/// </remarks>
internal sealed class OpenMoss : SaeFormat
{
    private const string Config = "config.json", LmConfig = "lm_config.json", Weights = "sae_weights.safetensors", Norm = "dataset_average_activation_norm.";
    private const string Threshold = "activation_function.log_jumprelu_threshold";

    public override IReadOnlyList<string> Names => ["openmoss_v2"];

    public override bool Recognises(SaeFiles files)
    {
        if (!files.Has(Config) || !files.Has(Weights)) return false;
        using var weights = TensorFile.Open(files.In(Weights));
        return weights.HasAll("W_E", "W_D");
    }

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(Weights)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var (path, fields) = (files.In(Config), SaeLensConfig.Fields(files.In(Config)));
        if (fields.TextOrNull("sae_type") is { } type and not "sae") throw FileException.Unsupported(path, "key 'sae_type'", $"it is '{type}', and of this layout only 'sae' is read", "Choose an SAE or a transcoder of one layer.");
        var norm = fields.Choice("norm_activation", [("dataset-wise", true), ("inference", false)], otherwise: true);
        var isTranscoder = fields.TextOrNull("hook_point_out") is { } output && output != fields.Text("hook_point_in");
        var activation = fields.Choice("act_fn", [("relu", "standard"), ("jumprelu", fields.Flag("use_glu_encoder", false) ? "jumprelu_glu" : "jumprelu"), ("topk", "topk")], "standard");
        if (activation != "jumprelu_glu" && weights.Has("W_E_glu")) throw FileException.Unsupported(path, "key 'use_glu_encoder'", "a gated encoder is read only with act_fn 'jumprelu'", "Choose another SAE.");
        var config = new SaeConfig
        {
            Architecture = !isTranscoder ? activation : activation == "standard" ? "transcoder" : $"{activation}_transcoder",
            DIn = weights.Size("W_E", 0, 2), DSae = weights.Size("W_E", 1, 2), ApplyBDecToInput = !isTranscoder && fields.Flag("apply_decoder_bias_to_pre_encoder", false),
            K = activation == "topk" ? fields.Count("top_k") : 0, RescaleActsByDecoderNorm = activation == "topk" && IncludesNorm(fields),
            HookName = fields.Text("hook_point_in"), HookNameOut = isTranscoder ? fields.Text("hook_point_out") : null,
            ModelName = files.Has(LmConfig) ? SaeLensConfig.Fields(files.In(LmConfig)).TextOrNull("model_name") ?? files.Origin?.ModelName : files.Origin?.ModelName,
        };
        if (!norm && weights.Names.Any(name => name.StartsWith(Norm, StringComparison.Ordinal))) throw FileException.Malformed(path, "key 'norm_activation'", "it says that nothing is left to fold, but the weights hold an activation norm");
        return isTranscoder ? config with { DOut = weights.Size("W_D", 1, 2) } : config;
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var fields = SaeLensConfig.Fields(files.In(Config));
        var tensors = new Dictionary<string, Tensor> { ["W_enc"] = weights.Read("W_E"), ["b_enc"] = weights.Read("b_E"), ["W_dec"] = weights.Read("W_D") };
        tensors["b_dec"] = weights.Has("b_D") ? weights.Read("b_D") : Tensor.Zeros(DType.F32, weights.Size("W_D", 1, 2));
        if (weights.Has("W_E_glu")) (tensors["W_enc_glu"], tensors["b_enc_glu"]) = (weights.Read("W_E_glu"), weights.Read("b_E_glu"));
        if (weights.Has(Threshold)) tensors["threshold"] = Thresholds(weights, IncludesNorm(fields));
        Rescale(tensors, Scale(weights, fields.Text("hook_point_in"), "W_E", 0), Scale(weights, fields.TextOrNull("hook_point_out") ?? fields.Text("hook_point_in"), "W_D", 1));
        return tensors;
    }

    private static bool IncludesNorm(JsonFields fields) => fields.Flag("sparsity_include_decoder_norm", true);

    /// <summary>√width / mean norm at a hook, 1 where no norm is stored.</summary>
    private static double Scale(TensorFile weights, string hook, string matrix, int axis)
    {
        if (!weights.Has(Norm + hook)) return 1;
        var norm = weights.Read(Norm + hook);
        var value = norm.Count == 1 ? norm.Read(0) : double.NaN;
        return value > 0 && double.IsFinite(value) ? Math.Sqrt(weights.Size(matrix, axis, 2)) / value : throw FileException.Malformed(weights.Path, $"tensor '{Norm}{hook}'", $"it is {value}, expected one number above 0");
    }

    private static Tensor Thresholds(TensorFile weights, bool includesNorm)
    {
        var thresholds = Map(weights.Read(Threshold), MathF.Exp);
        if (!includesNorm) return thresholds;
        var decoder = weights.Read("W_D");
        if (decoder.Rank != 2 || thresholds.Rank != 1 || decoder.RowCount != thresholds.Count) throw FileException.Malformed(weights.Path, $"tensor '{Threshold}'", $"it is {thresholds.ShapeText} beside a W_D of {decoder.ShapeText}");
        for (var i = 0; i < decoder.RowCount; i++) thresholds.Span<float>()[i] /= System.Numerics.Tensors.TensorPrimitives.Norm<float>(decoder.Row<float>(i));
        return thresholds;
    }
}
