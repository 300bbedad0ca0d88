using SaeSharp.Numerics.Backends;
using SaeSharp.Testing;

namespace SaeSharp.Saes.Tests.Formats;

public class LayoutTests
{
    public static TheoryData<string> Names => [.. OwnLayouts.All.Select(layout => layout.Name)];

    [Theory, MemberData(nameof(Names))]
    public void An_SAE_in_a_publishers_layout_is_the_SAE_it_was(string name)
    {
        using var folder = new TemporaryFolder();
        var layout = OwnLayouts.Named(name);
        var place = layout.Write(folder.Path);
        var sae = SaeFolder.Load(place, Reference.Instance, layout.Origin);

        Assert.Equal(name, SaeFolder.FormatOf(place, layout.Origin));
        Assert.Equal(layout.Expected.Config.Architecture, sae.Config.Architecture);
        Assert.Equal(layout.Expected.Tensors.Keys.Order(), sae.Tensors.Keys.Order());
        foreach (var (tensorName, tensor) in layout.Expected.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), sae.Tensors[tensorName].Span<float>().ToArray());
        var x = RandomTensors.Normal(9, 4, OwnLayouts.DIn);
        Assert.Equal(layout.Expected.Reconstruct(x).Span<float>().ToArray(), sae.Reconstruct(x).Span<float>().ToArray());
    }

    [Theory, MemberData(nameof(Names))]
    public void Describing_reads_what_loading_reads(string name)
    {
        using var folder = new TemporaryFolder();
        var layout = OwnLayouts.Named(name);
        var place = layout.Write(folder.Path);
        var (described, loaded) = (SaeFolder.Describe(place, layout.Origin), SaeFolder.Load(place, Reference.Instance, layout.Origin).Config);
        Assert.Equal(loaded with { OtherMetadata = described.OtherMetadata }, described);
    }

    [Fact]
    public void What_is_no_SAE_is_refused_with_the_layouts_that_are_read()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<SaeException>(() => SaeFolder.Load(folder.Path, Reference.Instance));
        Assert.Contains("There is no SAE at", error.Message, StringComparison.Ordinal);
        Assert.Contains("sae_lens", error.Hint, StringComparison.Ordinal);
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void An_SAE_that_holds_no_number_is_refused_by_name(float value)
    {
        using var folder = new TemporaryFolder();
        var sae = RandomTensors.Sae("standard", 4, 8, 1);
        sae.Tensors["W_enc"].Span<float>()[5] = value;
        SaeFolder.Save(sae, folder["sae"]);
        Assert.Contains("'W_enc'", Assert.Throws<SaeException>(() => SaeFolder.Load(folder["sae"], Reference.Instance)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_SAE_that_writes_nothing_is_refused()
    {
        using var folder = new TemporaryFolder();
        var sae = RandomTensors.Sae("standard", 4, 8, 1);
        sae.Tensors["W_dec"].Clear();
        SaeFolder.Save(sae, folder["sae"]);
        Assert.Contains("no latent writes anything", Assert.Throws<SaeException>(() => SaeFolder.Load(folder["sae"], Reference.Instance)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("standard"), InlineData("gated"), InlineData("jumprelu"), InlineData("topk")]
    public void The_older_SAELens_layout_says_the_same_SAE(string architecture)
    {
        using var folder = new TemporaryFolder();
        var sae = RandomTensors.Sae(architecture, 6, 10, 2, config => config with { RescaleActsByDecoderNorm = false, HookName = "blocks.3.hook_resid_pre", ModelName = "tiny", ContextSize = 32 });
        SaeFolder.Save(sae, folder["sae"], SaeLensVersion.V5);
        var again = SaeFolder.Load(folder["sae"], sae.Backend);

        Assert.Equal(sae.Config with { OtherMetadata = again.Config.OtherMetadata }, again.Config);
        foreach (var (name, tensor) in sae.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), again.Tensors[name].Span<float>().ToArray());
    }

    [Theory, InlineData("abstopk"), InlineData("temporal"), InlineData("transcoder")]
    public void What_the_older_SAELens_layout_cannot_say_is_refused(string architecture)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("SAELens 5 has no way", Assert.Throws<SaeException>(() => SaeFolder.Save(RandomTensors.Sae(architecture, 6, 10, 2), folder["sae"], SaeLensVersion.V5)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["sae"]));
    }

    [Fact]
    public void One_head_is_read_out_of_all()
    {
        var sae = RandomTensors.Sae("standard", 4, 8, 3, config => config with { HookHeadIndex = 2 });
        var (all, one) = (RandomTensors.Normal(4, 5, 12), Numerics.Tensor.Zeros(Numerics.DType.F32, 5, 4));
        for (var row = 0; row < 5; row++) all.Row<float>(row)[8..].CopyTo(one.Row<float>(row));
        Assert.Equal(sae.Encode(one).Values, sae.Encode(all).Values);
    }

    [Fact]
    public void A_cross_layer_transcoder_writes_each_target_to_a_hook_of_its_own()
    {
        var config = RandomTensors.Config("transcoder", 6, 10) with { DOut = 12, HookName = "blocks.4.hook_resid_mid", HookNameOut = "blocks.4.hook_mlp_out,blocks.5.hook_mlp_out" };
        Assert.Equal(["blocks.4.hook_mlp_out", "blocks.5.hook_mlp_out"], config.HooksOut);
        Assert.Equal(["blocks.4.hook_resid_mid"], config.Hooks);
    }
}
