using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Tests.Formats;

/// <summary>Folders that SAELens 6.54.12 wrote, or read in older layouts, with its own outputs.</summary>
public class SaeLensGoldens
{
    private const string Root = "golden/saes/formats/saelens";

    public static TheoryData<string> Folders =>
    [
        "standard", "standard_constant_norm", "standard_expected_average", "standard_hook_z", "standard_layer_norm", "standard_no_bdec_in",
        "gated", "gated_layer_norm_no_bdec_in", "jumprelu", "jumprelu_hook_z_no_bdec_in", "topk", "topk_constant_norm", "topk_rescale", "abstopk", "abstopk_rescale",
        "matching_pursuit", "matching_pursuit_max_iter", "transcoder", "skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder",
        "temporal_tied_topk", "temporal_untied_relu_scaled",
        "train_standard", "train_gated", "train_jumprelu", "train_topk_plain", "train_topk_rescale", "train_abstopk", "train_batchtopk", "train_matryoshka_batchtopk", "train_matching_pursuit",
        "train_standard/checkpoint", "train_gated/checkpoint", "train_jumprelu/checkpoint", "train_topk_plain/checkpoint", "train_topk_rescale/checkpoint", "train_abstopk/checkpoint",
        "train_batchtopk/checkpoint", "train_matryoshka_batchtopk/checkpoint", "train_matching_pursuit/checkpoint",
        "legacy_v5_standard", "legacy_v5_topk", "legacy_v5_jumprelu", "legacy_v2_hook_point_hook_z",
    ];

    /// <summary>Checkpoints of SAEs that fold decoder norms when they are saved: the latents of the saved one are in other units.</summary>
    private static readonly string[] FoldedWhenSaved = ["train_topk_rescale/checkpoint", "train_abstopk/checkpoint"];

    [Theory, MemberData(nameof(Folders))]
    public void Latents_and_reconstructions_are_those_of_SAELens(string name)
    {
        var (sae, io) = Load(name);
        if (!FoldedWhenSaved.Contains(name)) Close.Latents(io.Read("latents"), sae.Encode(io.Read("x")));
        Close.Require(io.Read("recon"), sae.Reconstruct(io.Read("x")), "recon");
    }

    [Theory, MemberData(nameof(Folders))]
    public void What_the_SAE_does_not_explain_can_be_put_back(string name)
    {
        var (sae, io) = Load(name);
        if (!io.Contains("output_error_term")) return;
        var ablated = Golden.Json("golden/saes/formats/manifest.json").GetProperty("saelens").GetProperty(name.Split('/')[0]).GetProperty("ablated_latent").GetInt32();

        Close.Require(io.Read("output_error_term"), sae.ReconstructWithError(io.Read("x"), codes => codes), "error term");
        // SAELens has no hook behind the encoder of matching pursuit, so that its ablation did nothing.
        if (sae.Config.Pursuit is null) Close.Require(io.Read("output_error_term_ablated"), sae.ReconstructWithError(io.Read("x"), codes => Without(codes, ablated)), "error term, ablated");
    }

    [Theory, MemberData(nameof(Folders))]
    public void Folding_gives_the_tensors_of_SAELens(string name)
    {
        var (sae, io) = Load(name);
        if (io.Contains("fold_dec_norm.W_dec")) RequireFold(io, "fold_dec_norm", sae.FoldDecoderNorms());
        if (!io.Contains("fold_act_norm.W_dec")) return;
        var folded = sae.FoldActivationScale(1.7);
        RequireFold(io, "fold_act_norm", folded);
        Close.Require(io.Read("fold_act_norm.recon"), folded.Reconstruct(First(io.Read("x"), io.Read("fold_act_norm.recon").Shape[0])), "fold_act_norm.recon");
    }

    [Theory, InlineData("topk"), InlineData("topk_constant_norm"), InlineData("abstopk"), InlineData("matching_pursuit"), InlineData("temporal_tied_topk")]
    public void Decoder_norms_that_choose_latents_are_not_folded(string name) =>
        Assert.Contains("cannot be folded", Assert.Throws<SaeException>(() => Load(name).Sae.FoldDecoderNorms()).Message, StringComparison.Ordinal);

    [Theory, InlineData("temporal_tied_topk"), InlineData("temporal_untied_relu_scaled")]
    public void A_temporal_SAE_predicts_what_SAELens_predicts(string name)
    {
        var (sae, io) = Load(name);
        var (predicted, codes) = (io.Read("z_pred"), sae.Encode(io.Read("x")));
        var expected = Tensor.Zeros(DType.F32, codes.Rows, sae.DIn);
        sae.Backend.MatMul(predicted.Reshape(codes.Rows, sae.DSae), sae.DecoderDirections, expected);
        Close.Require(expected, codes.Beside!, "predicted part");
    }

    [Fact]
    public void Bfloat16_weights_are_promoted()
    {
        var (sae, io) = Load("standard_bf16");
        var recon = sae.Reconstruct(io.Read("x").To(DType.F32));
        for (var i = 0L; i < recon.Count; i++) Assert.Equal(io.Read("recon").Read(i), recon.Read(i), 0.1);
    }

    private static (SparseAutoencoder Sae, SafetensorsFile Io) Load(string name) =>
        (SaeFolder.Load(Golden.Require($"{Root}/{name}"), Reference.Instance), Golden.Tensors($"{Root}/{name.Split('/')[0]}/io.safetensors"));

    private static void RequireFold(SafetensorsFile io, string prefix, SparseAutoencoder folded)
    {
        foreach (var (name, tensor) in folded.Tensors) Close.Require(io.Read($"{prefix}.{name}"), tensor, $"{prefix}.{name}");
        var (latents, x) = (io.Read($"{prefix}.latents"), io.Read("x"));
        Close.Latents(latents, folded.Encode(First(x, latents.Shape[0])));
    }

    private static Tensor First(Tensor x, int count)
    {
        int[] shape = [count, .. x.Shape[1..]];
        return x.Reshape(x.Shape[0], (int)(x.Count / x.Shape[0])).Rows(0, count).Reshape(shape);
    }

    private static SparseCodes Without(SparseCodes codes, int latent)
    {
        for (var i = 0; i < codes.Values.Length; i++)
            if (codes.Indices[i] == latent) codes.Values[i] = 0;
        return codes;
    }
}
