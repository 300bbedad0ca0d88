using System.Numerics.Tensors;
using SaeSharp.Numerics;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Formats;

/// <summary>A crosscoder of OpenMOSS Language-Model-SAEs v2 (Llamascopium): the files of <see cref="OpenMoss"/>, with an axis of hooks before the others of every weight.</summary>
/// <remarks>
/// Theirs (<c>models/crosscoder.py</c>): z = Σ_h (x_h·W_E[h] + b_E[h]), a_h = act(z · ‖W_D[h]‖) / ‖W_D[h]‖, x̂_h = a_h·W_D[h] + b_D[h], each x_h scaled by √d / its mean norm where
/// norm_activation is dataset-wise. ReLU gives every hook the same a, so it is an ordinary crosscoder; JumpReLU is one with a threshold θ / ‖W_D[h]‖ at each hook. With TopK every
/// hook chooses k latents of its own, so that there is no one code.
/// </remarks>
internal sealed class OpenMossCrosscoder : SaeFormat
{
    private const string Jumping = "jumprelu_crosscoder";

    public override IReadOnlyList<string> Names => ["openmoss_v2_crosscoder"];

    public override bool Recognises(SaeFiles files)
    {
        if (!files.Has(OpenMoss.Config) || !files.Has(OpenMoss.Weights)) return false;
        using var weights = TensorFile.Open(files.In(OpenMoss.Weights));
        return weights.HasAll("W_E", "W_D") && weights.Rank("W_E") == 3;
    }

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.In(OpenMoss.Weights)];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var (path, fields, hooks) = (files.In(OpenMoss.Config), SaeLensConfig.Fields(files.In(OpenMoss.Config)), Hooks(files));
        var type = fields.Text("sae_type");
        if (type != "crosscoder") throw FileException.Unsupported(path, "key 'sae_type'", $"it is '{type}', and with an axis of hooks only 'crosscoder' is read", "Choose a crosscoder, or an SAE or transcoder of one layer.");
        if (!fields.Flag("sparsity_include_decoder_norm", true)) throw FileException.Malformed(path, "key 'sparsity_include_decoder_norm'", "it is false, and a crosscoder of this layout chooses latents by the norms of its decoder");
        OpenMoss.IsDatasetWise(fields);
        var heads = weights.Size("W_E", 0, 3);
        if (hooks.Count != heads) throw FileException.Malformed(path, "key 'hook_points'", $"it names {hooks.Count} hooks, and W_E has {heads}");
        return new()
        {
            Architecture = Architecture(fields, path), DIn = checked(heads * weights.Size("W_E", 1, 3)), DSae = weights.Size("W_E", 2, 3), ApplyBDecToInput = false,
            HookName = string.Join(',', hooks), ModelName = OpenMoss.ModelName(files),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var (path, fields, hooks) = (files.In(OpenMoss.Config), SaeLensConfig.Fields(files.In(OpenMoss.Config)), Hooks(files));
        var (heads, d, dSae) = (weights.Size("W_E", 0, 3), weights.Size("W_E", 1, 3), weights.Size("W_E", 2, 3));
        var (encoder, decoder) = (weights.Read("W_E").Reshape(checked(heads * d), dSae), Read(weights, "W_D", heads, dSae, d)); // [hooks · d, dSae], [hooks, dSae, d]
        var (bias, decoderBias) = (Read(weights, "b_E", heads, dSae), Read(weights, "b_D", heads, d));
        var tensors = new Dictionary<string, Tensor> { ["W_enc"] = encoder.Clone(), ["b_enc"] = Tensor.Zeros(DType.F32, dSae), ["W_dec"] = Tensor.Zeros(DType.F32, dSae, heads * d), ["b_dec"] = decoderBias.Reshape(heads * d).Clone() };
        for (var latent = 0; latent < dSae; latent++)
        {
            var sum = 0.0;
            for (var head = 0; head < heads; head++) sum += bias.Row<float>(head)[latent];
            tensors["b_enc"].Span<float>()[latent] = (float)sum;
        }
        if (Architecture(fields, path) == Jumping) tensors["threshold"] = Thresholds(weights, decoder);
        var isScaled = OpenMoss.IsDatasetWise(fields);
        for (var head = 0; head < heads; head++)
        {
            if (isScaled) weights.Rank(OpenMoss.Norm + hooks[head]); // a hook without one is refused by name, for others have theirs
            var scale = isScaled ? OpenMoss.Scale(weights, hooks[head], d) : 1;
            for (var row = head * d; row < (head + 1) * d; row++) Multiply(tensors["W_enc"].Row<float>(row), scale);
            Multiply(tensors["b_dec"].Span<float>().Slice(head * d, d), 1 / scale);
            for (var latent = 0; latent < dSae; latent++)
            {
                var to = tensors["W_dec"].Row<float>(latent).Slice(head * d, d);
                decoder.Row<float>(head * dSae + latent).CopyTo(to);
                Multiply(to, 1 / scale);
            }
        }
        return tensors;
    }

    private static string Architecture(JsonFields fields, string path)
    {
        var activation = fields.Choice("act_fn", [("relu", "standard"), ("jumprelu", Jumping), ("topk", "topk"), ("batchtopk", "batchtopk")], "standard");
        return activation is "standard" or Jumping ? activation
            : throw FileException.Unsupported(path, "key 'act_fn'", $"it is '{activation}', with which every hook of a crosscoder chooses latents of its own, so that there is no one code to read", "Choose a crosscoder with relu or jumprelu.");
    }

    private static IReadOnlyList<string> Hooks(SaeFiles files)
    {
        var (path, hooks) = (files.In(OpenMoss.Config), SaeLensConfig.Fields(files.In(OpenMoss.Config)).Texts("hook_points"));
        return hooks.FirstOrDefault(hook => hook.Trim().Length == 0 || hook.Contains(',', StringComparison.Ordinal)) is not { } wrong ? hooks
            : throw FileException.Malformed(path, "key 'hook_points'", $"it names '{wrong}', expected hook points without commas");
    }

    /// <summary>θ / ‖W_D[h, i]‖: [hooks, dSae]. A row of zeros writes nothing, and its threshold is infinity.</summary>
    private static Tensor Thresholds(TensorFile weights, Tensor decoder)
    {
        var (heads, dSae) = (decoder.Shape[0], decoder.Shape[1]);
        var (logarithms, thresholds) = (Read(weights, OpenMoss.Threshold, dSae), Tensor.Zeros(DType.F32, heads, dSae));
        for (var head = 0; head < heads; head++)
        {
            for (var latent = 0; latent < dSae; latent++)
            {
                var norm = TensorPrimitives.Norm<float>(decoder.Row<float>(head * dSae + latent));
                thresholds.Row<float>(head)[latent] = norm > 0 ? MathF.Exp(logarithms.Span<float>()[latent]) / norm : float.PositiveInfinity;
            }
        }
        return thresholds;
    }

    private static Tensor Read(TensorFile weights, string name, params ReadOnlySpan<int> shape)
    {
        for (var axis = 0; axis < shape.Length; axis++)
        {
            var size = weights.Size(name, axis, shape.Length);
            if (size != shape[axis]) throw FileException.Malformed(weights.Path, $"tensor '{name}'", $"axis {axis} is {size} long, expected {shape[axis]} as in W_E");
        }
        return weights.Read(name);
    }

    private static void Multiply(Span<float> values, double factor)
    {
        foreach (ref var value in values) value = (float)(value * factor);
    }
}
