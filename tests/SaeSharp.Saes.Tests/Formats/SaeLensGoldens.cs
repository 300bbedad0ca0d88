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
        "topk", "topk_constant_norm", "topk_rescale", "train_standard", "train_topk_plain", "train_topk_rescale",
        "train_standard/checkpoint", "train_topk_plain/checkpoint", "train_topk_rescale/checkpoint",
        "legacy_v5_standard", "legacy_v5_topk", "legacy_v5_jumprelu", "legacy_v2_hook_point_hook_z", "gated", "jumprelu",
    ];

    public static TheoryData<string> NotYet => ["matching_pursuit", "transcoder", "skip_transcoder", "abstopk", "temporal_tied_topk"];

    [Theory, MemberData(nameof(Folders))]
    public void Latents_and_reconstructions_are_those_of_SAELens(string name)
    {
        var (sae, io) = Load(name);
        if (name.EndsWith("topk_rescale/checkpoint", StringComparison.Ordinal)) io = Io(name.Split('/')[0]); // not folded: only its reconstruction is the same
        else RequireLatents(io.Read("latents"), sae.Encode(io.Read("x")), sae.DSae);
        RequireClose(io.Read("recon"), sae.Reconstruct(io.Read("x")), "recon");
    }

    [Theory, MemberData(nameof(Folders))]
    public void Folding_gives_the_tensors_of_SAELens(string name)
    {
        var (sae, io) = Load(name);
        if (io.Contains("fold_dec_norm.W_dec")) RequireFold(io, "fold_dec_norm", sae.FoldDecoderNorms());
        if (!io.Contains("fold_act_norm.W_dec")) return;
        var folded = sae.FoldActivationScale(1.7);
        RequireFold(io, "fold_act_norm", folded);
        RequireClose(io.Read("fold_act_norm.recon"), folded.Reconstruct(io.Read("x").Rows(0, 16)), "fold_act_norm.recon");
    }

    [Theory, InlineData("topk"), InlineData("topk_constant_norm")]
    public void Decoder_norms_of_a_plain_topk_are_not_folded(string name) =>
        Assert.Contains("cannot be folded", Assert.Throws<SaeException>(() => Load(name).Sae.FoldDecoderNorms()).Message, StringComparison.Ordinal);

    [Fact]
    public void Bfloat16_weights_are_promoted()
    {
        var (sae, io) = Load("standard_bf16");
        var recon = sae.Reconstruct(io.Read("x").To(DType.F32));
        for (var i = 0L; i < recon.Count; i++) Assert.Equal(io.Read("recon").Read(i), recon.Read(i), 0.1);
    }

    [Theory, MemberData(nameof(NotYet))]
    public void Architectures_that_are_not_read_are_refused_by_name(string name)
    {
        var error = Assert.Throws<SaeException>(() => Load(name));
        Assert.Contains("which this version does not read", error.Message, StringComparison.Ordinal);
        Assert.Contains("standard, topk", error.Hint, StringComparison.Ordinal);
    }

    private static (SparseAutoencoder Sae, SafetensorsFile Io) Load(string name) =>
        (SaeFolder.Load(Golden.Require($"{Root}/{name}"), Reference.Instance), Io(name.Split('/')[0]));

    private static SafetensorsFile Io(string name) => Golden.Tensors($"{Root}/{name}/io.safetensors");

    private static void RequireFold(SafetensorsFile io, string prefix, SparseAutoencoder folded)
    {
        foreach (var (name, tensor) in folded.Tensors) RequireClose(io.Read($"{prefix}.{name}"), tensor, $"{prefix}.{name}");
        RequireLatents(io.Read($"{prefix}.latents"), folded.Encode(io.Read("x").Rows(0, 16)), folded.DSae);
    }

    private static void RequireLatents(Tensor expected, SparseCodes codes, int dSae)
    {
        var dense = codes.ToDense();
        Assert.Equal((int)(expected.Count / dSae), codes.Rows);
        for (var i = 0L; i < expected.Count; i++) Assert.Equal(expected.Read(i) != 0, dense.Read(i) != 0);
        RequireClose(expected, dense, "latents");
    }

    private static void RequireClose(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0L; i < expected.Count; i++)
        {
            var (e, a) = (expected.Read(i), actual.Read(i));
            Assert.True(Math.Abs(e - a) <= 2e-5 + 2e-5 * Math.Abs(e), $"{what}[{i}] is {a}, expected {e}");
        }
    }
}
