using SaeSharp.Models;
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
    public async Task An_sae_that_does_not_fit_does_not_keep_the_others_from_being_used()
    {
        using var home = new TemporaryFolder();
        using (var trained = Workspace.Open(home.Path, 1))
        {
            var training = TinyWorkspace.Training with { Tokens = 128 * 2, Bias = BiasInit.Zero };
            await trained.Train(training with { Out = "one" });
            await trained.Train(training with { Hooks = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"], Crosscoder = true, Out = "cross" });
        }

        File.WriteAllText(home["saes/one/cfg.json"], File.ReadAllText(home["saes/one/cfg.json"]).Replace("blocks.1.hook_resid_post", "blocks.1.hook_resid_past", StringComparison.Ordinal));
        using var workspace = Workspace.Open(home.Path, 1);

        Assert.Equal("cross", Assert.Single((await workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once" })).Layers).Sae);
        var refused = await Assert.ThrowsAsync<ModelException>(() => workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "Once", Saes = ["one"] }));
        Assert.Contains("blocks.1.hook_resid_past", refused.Message, StringComparison.Ordinal);
    }
}
