using SaeSharp.Lab.Training;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Training;

[Collection(typeof(SeveralHooksWorkspaceTests))]
public class SeveralHooksTests(SeveralHooksWorkspace several)
{
    private static TrainRequest CrossLayer => TinyWorkspace.Training with
    {
        Hooks = ["blocks.1.ln2.hook_normalized", "blocks.2.ln2.hook_normalized"],
        HookOut = ["blocks.1.hook_mlp_out", "blocks.2.hook_mlp_out"],
        CrossLayer = true,
        Arch = "batchtopk",
        DSae = 48,
        K = 12,
        Out = "clt",
    };

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
    public async Task A_cross_layer_transcoder_is_one_SAE_and_each_layer_of_it_one_that_reads_back()
    {
        var trained = Assert.Single((await several.Workspace.Train(CrossLayer)).Saes);
        Assert.InRange(trained.Fvu, 0, 0.95);
        var whole = SaeFolder.Load(trained.Path, Reference.Instance);
        Assert.Equal((2 * 48, 2 * 64, "jumprelu_transcoder"), (whole.DSae, whole.DOut, whole.Config.Architecture));

        var scored = await several.Workspace.Eval(new() { Sae = trained.Path, Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 600 });
        Assert.InRange(scored.Fvu!.Value, 0, 0.95);
        Assert.Equal("blocks.1.hook_mlp_out,blocks.2.hook_mlp_out", scored.HookOut);
        var layers = (await several.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once upon a time", Saes = [trained.Path, $"{trained.Path}/layers/1", $"{trained.Path}/layers/2"] })).Layers;
        Assert.Equal(layers.Where(layer => layer.Sae != trained.Name).Sum(layer => layer.Tokens[2].Active), layers.Single(layer => layer.Sae == trained.Name).Tokens[2].Active);
        var refused = await Assert.ThrowsAsync<LabException>(() => several.Workspace.Eval(new() { Sae = $"{trained.Path}/layers/1", Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 600 }));
        Assert.Contains("adds a share to 2 hook points", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_architecture_of_pairs_is_trained_on_neighbouring_tokens()
    {
        var trained = Assert.Single((await several.Workspace.Train(TinyWorkspace.Training with { Arch = "contrastive", Out = "pairs" })).Saes);
        var config = SaeFolder.Describe(trained.Path);
        Assert.Equal(("jumprelu", 64, "blocks.1.hook_resid_post"), (config.Architecture, config.DIn, config.HookName));
        Assert.InRange(trained.Fvu, 0, 0.9);
    }

    [Fact]
    public async Task Flags_that_do_not_fit_together_are_refused()
    {
        var transcoder = SeveralHooksWorkspace.Transcoder with { Arch = "topk", Skip = false, Out = null };
        await Refused(transcoder with { Crosscoder = true }, "--crosscoder and --hook-out");
        await Refused(transcoder with { HookOut = ["blocks.1.hook_mlp_out", "blocks.0.hook_mlp_out"] }, "--hook names 1 and --hook-out 2");
        await Refused(transcoder with { Arch = "gated" }, "transcoder of architecture 'gated'");
        await Refused(CrossLayer with { HookOut = ["blocks.1.hook_mlp_out", "blocks.0.hook_mlp_out"] }, "--cross-layer is given with");
        await Refused(TinyWorkspace.Training with { CrossLayer = true }, "--cross-layer is given without --hook-out");
        await Refused(TinyWorkspace.Training with { K = 2.5 }, "expected a whole number");
        await Refused(TinyWorkspace.Training with { Skip = true }, "--skip is given without --hook-out");
        await Refused(TinyWorkspace.Training with { Crosscoder = true }, "--crosscoder is given with 1 hook point");
        await Refused(TinyWorkspace.Training with { Arch = "topk_transcoder" }, "no hook point is named that it writes");
    }

    private async Task Refused(TrainRequest request, string why) =>
        Assert.Contains(why, (await Assert.ThrowsAnyAsync<OptionException>(() => several.Workspace.Train(request))).Message, StringComparison.Ordinal);
}
