using SaeSharp.Lab.Training;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Training;

[Collection(typeof(SeveralHooksWorkspaceTests))]
public class SeveralHooksTests(SeveralHooksWorkspace several)
{
    [Fact]
    public void A_transcoder_is_saved_with_both_hooks_and_explains_what_it_writes()
    {
        Assert.Equal(["topk_skip_transcoder", "jumprelu_skip_transcoder"], several.Transcoders.Select(sae => SaeFolder.Describe(sae.Path).Architecture));
        var config = SaeFolder.Load(several.Transcoders[0].Path, Reference.Instance).Config;
        Assert.Equal(("blocks.1.ln2.hook_normalized", "blocks.1.hook_mlp_out"), (config.HookName, config.HookNameOut));
        Assert.All(several.Transcoders, sae => Assert.InRange(sae.Fvu, 0, 0.9));
    }

    [Fact]
    public void A_crosscoder_is_one_SAE_over_all_hooks()
    {
        var sae = SaeFolder.Load(several.Crossed.Path, Reference.Instance);
        Assert.Equal(["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"], sae.Config.Hooks);
        Assert.EndsWith("blocks.0.hook_resid_post+blocks.1.hook_resid_post-topk", several.Crossed.Name, StringComparison.Ordinal);
        Assert.InRange(several.Crossed.Fvu, 0, 0.9);
    }

    [Fact]
    public async Task Flags_that_do_not_fit_together_are_refused()
    {
        var transcoder = SeveralHooksWorkspace.Transcoder with { Arch = "topk", Skip = false, Out = null };
        await Refused(transcoder with { Crosscoder = true }, "--crosscoder and --hook-out");
        await Refused(transcoder with { HookOut = ["blocks.1.hook_mlp_out", "blocks.0.hook_mlp_out"] }, "--hook names 1 and --hook-out 2");
        await Refused(transcoder with { Arch = "gated" }, "transcoder of architecture 'gated'");
        await Refused(TinyWorkspace.Training with { Skip = true }, "--skip is given without --hook-out");
        await Refused(TinyWorkspace.Training with { Crosscoder = true }, "--crosscoder is given with 1 hook point");
        await Refused(TinyWorkspace.Training with { Arch = "topk_transcoder" }, "no hook point is named that it writes");
    }

    private async Task Refused(TrainRequest request, string why) =>
        Assert.Contains(why, (await Assert.ThrowsAnyAsync<OptionException>(() => several.Workspace.Train(request))).Message, StringComparison.Ordinal);
}
