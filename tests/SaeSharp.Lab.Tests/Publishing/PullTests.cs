using SaeSharp.Lab.Publishing;
using SaeSharp.Lab.Reading;
using SaeSharp.Models.Hub;

namespace SaeSharp.Lab.Tests.Publishing;

/// <summary>What is pulled works by its name; only what is needed is fetched.</summary>
public class PullTests
{
    private const string Sae = "gpt2-small-res-jb/blocks.8.hook_resid_pre";

    [Fact]
    public async Task A_model_works_by_its_name_once_it_is_pulled()
    {
        await using var place = new HubWorkspace().AddModel("models/owner/tiny-model");
        var before = await Assert.ThrowsAsync<LabException>(() => place.Workspace.Generate(new() { Model = "owner/tiny-model", Prompt = "Once" }));
        Assert.Equal("Fetch it from the hub with: sae pull owner/tiny-model", before.Hint);

        var pulled = await place.Workspace.Pull(new() { Target = "owner/tiny-model" });
        Assert.Equal((PulledKind.Model, "owner/tiny-model"), (pulled.Kind, Assert.Single(pulled.Names)));
        Assert.DoesNotContain(pulled.Files, file => file.Path is "pytorch_model.bin" or "run_me.py" or "README.md" or "onnx/model.onnx");
        Assert.Equal(3, (await place.Workspace.Info(new() { Target = "owner/tiny-model" })).Model!.Layers);
        Assert.Equal(4, (await place.Workspace.Generate(new() { Model = "hub:owner/tiny-model", Prompt = "Once", MaxTokens = 4, IgnoreEos = true })).Ids.Count);

        using var offline = place.Open(offline: true);
        Assert.Equal(3, (await offline.Info(new() { Target = "owner/tiny-model" })).Model!.Layers);
        Assert.Equal(0, (await place.Workspace.Pull(new() { Target = "owner/tiny-model" })).Fetched);
    }

    [Fact]
    public async Task A_models_short_name_means_its_repository()
    {
        await using var place = new HubWorkspace().AddModel("models/gpt2");
        await place.Workspace.Pull(new() { Target = "gpt2-small" });
        foreach (var name in new[] { "gpt2-small", "gpt2", "hub:gpt2", $"gpt2@{SaeSharp.Testing.Hub.FakeHub.Commit}" }) Assert.Equal(3, (await place.Workspace.Info(new() { Target = name })).Model!.Layers);
    }

    [Fact]
    public async Task What_papers_name_is_found_and_says_what_it_needs()
    {
        await using var place = new HubWorkspace().AddSae(HubWorkspace.Gpt2Saes, "blocks.8.hook_resid_pre").AddSae(HubWorkspace.Gpt2Saes, "blocks.9.hook_resid_pre");
        Assert.Equal($"Fetch it from the hub with: sae pull {Sae}", (await Assert.ThrowsAsync<LabException>(() => place.Workspace.Info(new() { Target = Sae }))).Hint);
        var pulled = await place.Workspace.Pull(new() { Target = Sae });
        Assert.Equal(["blocks.8.hook_resid_pre/cfg.json", "blocks.8.hook_resid_pre/sae_weights.safetensors"], pulled.Files.Select(file => file.Path));
        foreach (var name in new[] { Sae, $"release:{Sae}", "hub:jbloom/GPT2-Small-SAEs-Reformatted/blocks.8.hook_resid_pre", "jbloom/GPT2-Small-SAEs-Reformatted/blocks.8.hook_resid_pre", "jbloom/GPT2-Small-SAEs-Reformatted" })
        {
            var info = (await place.Workspace.Info(new() { Target = name })).Sae!;
            Assert.Equal((8, "gpt2-small", 8), (info.DIn, info.Model, info.Layer));
            if (name.EndsWith("Reformatted", StringComparison.Ordinal)) continue; // by the repository alone nothing is known of the release
            Assert.Equal(new ProcessingInfo(false, true, null), info.Processing);
            Assert.Equal(("gpt2-small-res-jb", "blocks.8.hook_resid_pre"), (info.Claimed!.Release, info.Claimed.Id));
        }
        Assert.True((await place.Workspace.Releases(new() { Releases = Sae })).Saes.Single().IsHere);
    }

    [Fact]
    public async Task A_known_scaling_factor_is_folded_into_the_weights()
    {
        const string Name = "gemma-2-2b-res-matryoshka-dc/blocks.0.hook_resid_post";
        await using var place = new HubWorkspace().AddSae("models/chanind/gemma-2-2b-batch-topk-matryoshka-saes-w-32k-l0-40", "standard/blocks.0.hook_resid_post", normalise: "expected_average_only_in");
        await place.Workspace.Pull(new() { Target = Name });
        // This release has no factor: the SAE is used as SAELens uses it then, unscaled.
        Assert.Equal("expected-average-only-in", (await place.Workspace.Info(new() { Target = Name })).Sae!.NormalizeActivations);

        const string Scaled = "gemma-2b-res-jb/blocks.12.hook_resid_post";
        await using var other = new HubWorkspace().AddSae("models/jbloom/Gemma-2b-Residual-Stream-SAEs", "gemma_2b_blocks.12.hook_resid_post_16384", model: "gemma-2b", normalise: "expected_average_only_in");
        await other.Workspace.Pull(new() { Target = Scaled });
        var info = (await other.Workspace.Info(new() { Target = Scaled })).Sae!;
        Assert.Equal(("none", "gemma-2b", 0.21381938399317255), (info.NormalizeActivations, info.Model, info.Processing.NormScalingFactor));
    }

    [Fact]
    public async Task Files_of_another_layout_are_fetched_and_read_by_every_name_they_have()
    {
        const string Folder = "layer_0/width_16k/average_l0_105", Repository = "google/gemma-scope-2b-pt-res", Name = "gemma-scope-2b-pt-res/layer_0/width_16k/average_l0_105";
        await using var place = new HubWorkspace();
        place.Hub.Add($"models/{Repository}", $"{Folder}/params.npz", GemmaScope()).Add($"models/{Repository}", "layer_0/width_16k/average_l0_13/params.npz", "x");
        var pulled = await place.Workspace.Pull(new() { Target = Name });
        Assert.Equal((null, $"{Folder}/params.npz"), (pulled.LoaderMissing, Assert.Single(pulled.Files).Path));
        var path = (await place.Workspace.Info(new() { Target = Name })).Sae!.Path;
        foreach (var name in new[] { Name, $"release:{Name}", $"hub:{Repository}/{Folder}", $"{Repository}/{Folder}", path })
        {
            var info = (await place.Workspace.Info(new() { Target = name })).Sae!;
            Assert.Equal(("jumprelu", 8, 16, "gemma-2-2b", "blocks.0.hook_resid_post", 105), (info.Architecture, info.DIn, info.DSae, info.Model, info.Hook, info.Claimed!.L0));
        }
    }

    [Fact]
    public async Task A_damaged_file_of_another_layout_is_named()
    {
        const string Name = "gemma-scope-2b-pt-res/layer_0/width_16k/average_l0_105";
        await using var place = new HubWorkspace();
        place.Hub.Add("models/google/gemma-scope-2b-pt-res", "layer_0/width_16k/average_l0_105/params.npz", "x");
        await place.Workspace.Pull(new() { Target = Name });
        Assert.Contains("params.npz", (await Assert.ThrowsAsync<FileException>(() => place.Workspace.Info(new() { Target = Name }))).Message, StringComparison.Ordinal);
    }

    private static byte[] GemmaScope() => RawZip.Of(new[] { ("w_enc", "(8, 16)", 128), ("w_dec", "(16, 8)", 128), ("b_enc", "(16,)", 16), ("b_dec", "(8,)", 8), ("threshold", "(16,)", 16) }
        .Select(array => ($"{array.Item1}.npy", RawNumpy.Array("<f4", array.Item2, [.. Enumerable.Range(1, array.Item3).SelectMany(i => BitConverter.GetBytes(0.01f * i))]))));

    [Fact]
    public async Task A_name_that_means_two_things_is_an_error_that_lists_them()
    {
        await using var place = new HubWorkspace().AddSae(HubWorkspace.Gpt2Saes, "blocks.8.hook_resid_pre");
        await place.Workspace.Pull(new() { Target = Sae });
        var own = Path.Combine(place["home"], "saes", "gpt2-small-res-jb", "blocks.8.hook_resid_pre");
        Directory.CreateDirectory(own);
        foreach (var file in Directory.EnumerateFiles((await place.Workspace.Info(new() { Target = $"release:{Sae}" })).Sae!.Path)) File.Copy(file, Path.Combine(own, Path.GetFileName(file)));
        var error = await Assert.ThrowsAsync<LabException>(() => place.Workspace.Info(new() { Target = Sae }));
        Assert.Contains(own, error.Message, StringComparison.Ordinal);
        Assert.Contains($"release:{Sae}", error.Message, StringComparison.Ordinal);
        Assert.Equal(own, (await place.Workspace.Info(new() { Target = own })).Sae!.Path);
    }

    [Fact]
    public async Task The_folder_of_what_was_pulled_means_the_same_as_its_name()
    {
        await using var place = new HubWorkspace().AddSae(HubWorkspace.Gpt2Saes, "blocks.8.hook_resid_pre").AddModel("models/owner/tiny-model");
        await place.Workspace.Pull(new() { Target = Sae });
        var model = await place.Workspace.Pull(new() { Target = "owner/tiny-model" });
        Assert.Equal("owner/tiny-model", (await place.Workspace.Info(new() { Target = model.Folder })).Model!.Name);
        using var other = place.Open();
        var folder = (await place.Workspace.Info(new() { Target = Sae })).Sae!.Path;
        foreach (var workspace in new[] { place.Workspace, other }) Assert.True((await workspace.Info(new() { Target = folder })).Sae!.Processing.CenterWritingWeights);
        Assert.Equal(Sae, (await place.Workspace.Info(new() { Target = folder })).Sae!.Name);
    }

    [Fact]
    public async Task A_workspace_may_have_names_that_begin_like_a_release()
    {
        await using var place = new HubWorkspace().AddSae(HubWorkspace.Gpt2Saes, "blocks.8.hook_resid_pre");
        await place.Workspace.Pull(new() { Target = Sae });
        var own = Path.Combine(place["home"], "saes", "gpt2-small-res-jb", "mine");
        Directory.CreateDirectory(own);
        foreach (var file in Directory.EnumerateFiles((await place.Workspace.Info(new() { Target = Sae })).Sae!.Path)) File.Copy(file, Path.Combine(own, Path.GetFileName(file)));
        Assert.Equal(own, (await place.Workspace.Info(new() { Target = "gpt2-small-res-jb/mine" })).Sae!.Path);
    }

    [Theory]
    [InlineData("gpt2-smal", "Did you mean 'gpt2-small'?"), InlineData("gpt2-small-res-jb/blocks.8.hook_resid_prd", "Did you mean 'blocks.8.hook_resid_pre'?"), InlineData("gpt2-small-res-jc", "Did you mean 'gpt2-small-res-jb'?")]
    public async Task A_slip_of_the_pen_is_met_with_the_nearest_name(string name, string hint)
    {
        await using var place = new HubWorkspace();
        Assert.Contains(hint, (await Assert.ThrowsAsync<LabException>(() => place.Workspace.Pull(new() { Target = name }))).Hint, StringComparison.Ordinal);
        Assert.Empty(place.Hub.Requests);
    }

    [Theory]
    [InlineData("../x"), InlineData("hub:../../etc"), InlineData("release:nothing"), InlineData("owner/name/../../x"), InlineData("a/b@../x"), InlineData("https://evil.example/a"), InlineData("")]
    public async Task What_is_no_name_is_refused_before_anything_is_asked(string name)
    {
        await using var place = new HubWorkspace();
        await Assert.ThrowsAnyAsync<SaeSharpException>(() => place.Workspace.Pull(new() { Target = name }));
        Assert.Empty(place.Hub.Requests);
    }

    [Fact]
    public async Task A_dry_run_says_sizes_and_fetches_nothing()
    {
        await using var place = new HubWorkspace().AddModel("models/owner/tiny-model");
        var plan = await place.Workspace.Pull(new() { Target = "owner/tiny-model", DryRun = true });
        Assert.True(plan.DryRun && plan.Bytes == plan.Fetched && plan.Bytes > 100_000);
        Assert.False(Directory.Exists(place["hub"]));
    }

    [Fact]
    public async Task Patterns_choose_files()
    {
        await using var place = new HubWorkspace().AddModel("models/owner/tiny-model");
        var pulled = await place.Workspace.Pull(new() { Target = "owner/tiny-model", Files = ["*.md", "onnx/"] });
        Assert.Equal(["README.md", "onnx/model.onnx"], pulled.Files.Select(file => file.Path));
        await Assert.ThrowsAsync<HubException>(() => place.Workspace.Pull(new() { Target = "owner/tiny-model", Files = ["*.nothing"] }));
    }

    [Fact]
    public async Task A_data_set_is_its_splits_parquet_files()
    {
        await using var place = new HubWorkspace();
        foreach (var name in new[] { "data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet", "README.md", "load.py" }) place.Hub.Add("datasets/owner/texts", name, name);
        var train = await place.Workspace.Pull(new() { Dataset = "owner/texts" });
        Assert.Equal(["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"], train.Files.Select(file => file.Path));
        Assert.Equal(2, Directory.EnumerateFiles(Assert.Single(train.Names)).Count());
        Assert.Equal("data/test-00000-of-00001.parquet", Assert.Single((await place.Workspace.Pull(new() { Dataset = "owner/texts", Split = "test" })).Files).Path);
        await Assert.ThrowsAsync<HubException>(() => place.Workspace.Pull(new() { Dataset = "owner/texts", Split = "validation" }));
        Assert.True(Directory.Exists(Path.Combine(place["hub"], "datasets--owner--texts", "snapshots")));
    }

    [Fact]
    public async Task Several_configurations_of_a_data_set_are_not_mixed()
    {
        await using var place = new HubWorkspace();
        foreach (var config in new[] { "small", "large" }) place.Hub.Add("datasets/owner/texts", $"{config}/train/0000.parquet", config);
        Assert.Contains("small", (await Assert.ThrowsAsync<LabException>(() => place.Workspace.Pull(new() { Dataset = "owner/texts" }))).Message, StringComparison.Ordinal);
        Assert.Equal("large/train/0000.parquet", Assert.Single((await place.Workspace.Pull(new() { Dataset = "owner/texts", Files = ["large/*"] })).Files).Path);
    }

    [Fact]
    public async Task Words_find_releases_by_model_first()
    {
        await using var place = new HubWorkspace();
        var found = (await place.Workspace.Releases(new() { Releases = "gemma-2-2b" })).Releases;
        Assert.Equal("gemma-2-2b", found[0].Model);
        Assert.Contains(found, release => release.Release == "gemma-scope-2b-pt-res-canonical");
        Assert.Equal(found.Count, (await place.Workspace.Releases(new() { Releases = "google/gemma-2-2b" })).Releases.Count(release => release.Model == "gemma-2-2b") + found.Count(release => release.Model != "gemma-2-2b"));
        var jb = (await place.Workspace.Releases(new() { Releases = "gpt2-small-res-jb" }));
        Assert.Equal((13, "hook_resid_pre", true), (jb.Saes.Count, jb.Saes[8].Hook, jb.Releases.Single().Processing.CenterWritingWeights));
        Assert.Contains("Did you mean", (await Assert.ThrowsAsync<LabException>(() => place.Workspace.Releases(new() { Releases = "gpt2-small-res-jbb" }))).Hint, StringComparison.Ordinal);
    }
}
