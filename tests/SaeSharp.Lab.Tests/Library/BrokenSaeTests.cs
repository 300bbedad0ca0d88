using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Tests.Library;

[Collection(typeof(TinyWorkspaceTests))]
public class BrokenSaeTests(TinyWorkspace tiny)
{
    [Fact]
    public async Task An_sae_that_cannot_be_read_is_told_and_does_not_keep_the_others_from_being_used()
    {
        using var home = new TemporaryFolder();
        foreach (var (from, to, files) in new[] { (TinyWorkspace.Sae, "whole", new[] { "cfg.json", "sae_weights.safetensors" }), (TinyWorkspace.Sae, "half", ["cfg.json"]) })
        {
            Directory.CreateDirectory(home[$"saes/{to}"]);
            foreach (var file in files) File.Copy(Path.Combine(tiny.Home, "saes", from, file), home[$"saes/{to}/{file}"]);
        }
        using var workspace = Workspace.Open(home.Path, 1);

        var contents = await workspace.Contents();
        Assert.Equal("whole", Assert.Single(contents.Saes).Name);
        var broken = Assert.Single(contents.Broken);
        Assert.Equal("half", broken.Name);
        Assert.Contains("sae_weights.safetensors", broken.Reason, StringComparison.Ordinal);

        Assert.Equal("whole", Assert.Single((await workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once" })).Layers).Sae);
        await Assert.ThrowsAsync<FileException>(() => workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once", Saes = ["half"] }));
    }

    [Fact]
    public async Task A_crosscoder_beside_other_saes_does_not_keep_them_from_being_used()
    {
        using var home = new TemporaryFolder();
        using var workspace = Workspace.Open(home.Path, 1);
        var training = TinyWorkspace.Training with { Tokens = 128 * 2, Bias = BiasInit.Zero };
        await workspace.Train(training with { Out = "one" });
        await workspace.Train(training with { Hooks = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"], Crosscoder = true, Out = "cross" });

        Assert.Equal("one", Assert.Single((await workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once" })).Layers).Sae);
        Assert.Equal("one", Assert.Single((await workspace.Steer(new() { Model = TinyWorkspace.Model, Prompt = "Once", Features = ["one:3=2"] })).Layers).Sae);
        var refused = await Assert.ThrowsAsync<LabException>(() => workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once", Saes = ["cross"] }));
        Assert.Contains("reads 2 hook points at once", refused.Message, StringComparison.Ordinal);
    }
}
