using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>OpenMOSS Language-Model-SAEs v2 (Llamascopium): <c>config.json</c> and <c>sae_weights.safetensors</c> with W_E, b_E, W_D, b_D.</summary>
/// <remarks>
/// Theirs: a = act(z · ‖W_D‖) / ‖W_D‖ where sparsity_include_decoder_norm. For JumpReLU that is a threshold of θ / ‖W_D[i]‖ on z, and for ReLU nothing, so both become
/// ordinary SAEs; TopK keeps the norm in its latents, as ours with rescaled acts. Dataset-wise normalisation is folded into the weights; where norm_activation is "inference" theirs has
/// done that, and the norms still stand in the file. Crosscoders: <see cref="OpenMossCrosscoder"/>.
/// </remarks>
internal sealed class OpenMoss : SaeFormat
{
    internal const string Config = "config.json", Weights = "sae_weights.safetensors", Threshold = "activation_function.log_jumprelu_threshold", Norm = "dataset_average_activation_norm.";
    private const string LmConfig = "lm_config.json";

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
        if (fields.TextOrNull("sae_type") is { } type and not "sae") throw FileException.Unsupported(path, "key 'sae_type'", $"it is '{type}', and of this layout only 'sae' is read", "Choose an SAE or a transcoder of one layer, or a crosscoder.");
        IsDatasetWise(fields);
        var isTranscoder = fields.TextOrNull("hook_point_out") is { } output && output != fields.Text("hook_point_in");
        var activation = fields.Choice("act_fn", [("relu", "standard"), ("jumprelu", fields.Flag("use_glu_encoder", false) ? "jumprelu_glu" : "jumprelu"), ("topk", "topk")], "standard");
        if (activation != "jumprelu_glu" && weights.Has("W_E_glu")) throw FileException.Unsupported(path, "key 'use_glu_encoder'", "a gated encoder is read only with act_fn 'jumprelu'", "Choose another SAE.");
        var config = new SaeConfig
        {
            Architecture = !isTranscoder ? activation : activation == "standard" ? "transcoder" : $"{activation}_transcoder",
            DIn = weights.Size("W_E", 0, 2), DSae = weights.Size("W_E", 1, 2), ApplyBDecToInput = !isTranscoder && fields.Flag("apply_decoder_bias_to_pre_encoder", false),
            K = activation == "topk" ? fields.Count("top_k") : 0, RescaleActsByDecoderNorm = activation == "topk" && IncludesNorm(fields),
            HookName = fields.Text("hook_point_in"), HookNameOut = isTranscoder ? fields.Text("hook_point_out") : null,
            ModelName = ModelName(files),
        };
        return isTranscoder ? config with { DOut = weights.Size("W_D", 1, 2) } : config;
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var fields = SaeLensConfig.Fields(files.In(Config));
        var tensors = new Dictionary<string, Tensor> { ["W_enc"] = weights.Read("W_E"), ["b_enc"] = weights.Read("b_E"), ["W_dec"] = weights.Read("W_D") };
        tensors["b_dec"] = weights.Has("b_D") ? weights.Read("b_D") : Tensor.Zeros(DType.F32, weights.Size("W_D", 1, 2));
        if (weights.Has("W_E_glu")) (tensors["W_enc_glu"], tensors["b_enc_glu"]) = (weights.Read("W_E_glu"), weights.Read("b_E_glu"));
        if (weights.Has(Threshold)) tensors["threshold"] = Thresholds(weights, IncludesNorm(fields));
        if (!IsDatasetWise(fields)) return tensors;
        var (read, written) = (fields.Text("hook_point_in"), fields.TextOrNull("hook_point_out") ?? fields.Text("hook_point_in"));
        Rescale(tensors, Scale(weights, read, weights.Size("W_E", 0, 2)), Scale(weights, written, weights.Size("W_D", 1, 2)));
        return tensors;
    }

    /// <summary>Whether activations were scaled by their mean norms, which are then in the file; a norm of each token or batch is not offered.</summary>
    internal static bool IsDatasetWise(JsonFields fields) => fields.Choice("norm_activation", [("dataset-wise", true), ("inference", false)], otherwise: true);

    /// <summary>The language model, where the files or their origin name it.</summary>
    internal static string? ModelName(SaeFiles files) =>
        (files.Has(LmConfig) ? SaeLensConfig.Fields(files.In(LmConfig)).TextOrNull("model_name") : null) ?? files.Origin?.ModelName;

    private static bool IncludesNorm(JsonFields fields) => fields.Flag("sparsity_include_decoder_norm", true);

    /// <summary>√width / mean norm at a hook, 1 where no norm is stored.</summary>
    internal static double Scale(TensorFile weights, string hook, int width)
    {
        if (!weights.Has(Norm + hook)) return 1;
        var norm = weights.Read(Norm + hook);
        var value = norm.Count == 1 ? norm.Read(0) : double.NaN;
        return value > 0 && double.IsFinite(value) ? Math.Sqrt(width) / value : throw FileException.Malformed(weights.Path, $"tensor '{Norm}{hook}'", $"it is {value}, expected one number above 0");
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
