using System.Globalization;
using SaeSharp.Lab.Releases;
using SaeSharp.Models.Hub;

namespace SaeSharp.Lab.Tests.Releases;

public class ReleaseDirectoryTests
{
    private static readonly ReleaseDirectory Directory = ReleaseDirectory.Default;

    [Fact]
    public void It_is_small_and_whole()
    {
        using var packed = typeof(ReleaseDirectory).Assembly.GetManifestResourceStream("sae-directory.br")!;
        Assert.InRange(packed.Length, 1, 1 << 20);
        Assert.Equal((170, 13_857, 414), (Directory.Releases.Count, Directory.Releases.Sum(release => release.Saes.Count), Directory.ModelNames.Count));
    }

    [Fact]
    public void It_says_what_its_tables_say()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var saes = Directory.Releases.SelectMany(release => release.Saes).ToDictionary(sae => (sae.Release.Name, sae.Id));
        foreach (var row in Rows("saes.tsv"))
        {
            var sae = saes[(row[0], row[1])];
            Assert.Equal(row[2].Length == 0 ? row[1] : row[2], sae.Path);
            Assert.Equal([Number(row[3]), Number(row[4]), Number(row[6])], [sae.ClaimedL0, sae.ClaimedExplainedVariance, sae.NormScalingFactor]);
            Assert.Equal(row[5], sae.Neuronpedia ?? "");
            Assert.Equal((sae.Release, sae.Id), Directory.Find($"{row[0]}/{row[1]}")!.Value);
        }
        foreach (var row in Rows("releases.tsv"))
        {
            var release = Directory.Find(row[0])!.Value.Release;
            Assert.Equal((row[1], row[2], row[3]), (release.Repository, release.Model, release.Loader));
            Assert.Equal(row[4].Length == 0, release.Overrides is null);
        }
        foreach (var row in Rows("model-aliases.tsv")) Assert.Equal(row[1], Directory.Repository(row[0]));
    }

    [Fact]
    public void Everything_in_it_can_be_asked_for_and_written()
    {
        Assert.All(Directory.Releases, release => Assert.NotNull(HubId.TryParse(release.Repository)));
        Assert.All(Directory.ModelNames, name => Assert.NotNull(HubId.TryParse(Directory.Repository(name))));
        if (!OperatingSystem.IsWindows()) Assert.All(Directory.Releases.SelectMany(release => release.Saes), sae => Assert.NotNull(HubPath.TryParse(sae.Path)));
        Assert.All(Directory.Releases.SelectMany(release => release.Saes), sae => Assert.NotNull(sae.Place.Layer ?? (sae.Place.Hook == "hook_embed" ? 0 : null)));
    }

    [Fact]
    public void A_release_is_the_longest_name_and_the_rest_is_the_id()
    {
        Assert.Equal("layer_12/width_16k/canonical", Directory.Find("gemma-scope-2b-pt-res-canonical/layer_12/width_16k/canonical")!.Value.Id);
        Assert.Equal("gpt2-small-res-jb-feature-splitting", Directory.Find("gpt2-small-res-jb-feature-splitting")!.Value.Release.Name);
        Assert.Null(Directory.Find("gpt2-small-res-j/blocks.8.hook_resid_pre"));
        Assert.Null(Directory.Find("/x"));
    }

    [Theory]
    [InlineData("gpt2-small-res-jb/blocks.8.hook_resid_pre", 8, "hook_resid_pre", null)]
    [InlineData("gpt2-small-res-jb-feature-splitting/blocks.8.hook_resid_pre_12288", 8, "hook_resid_pre", "12288")]
    [InlineData("gemma-scope-2b-pt-res/layer_12/width_262k/average_l0_121", 12, "hook_resid_post", "262k")]
    [InlineData("gemma-scope-2b-pt-att-canonical/layer_0/width_65k/canonical", 0, "attn.hook_z", "65k")]
    [InlineData("gemma-scope-2-1b-it-mlp/layer_13_width_16k_l0_big", 13, "hook_mlp_out", "16k")]
    [InlineData("gemma-scope-2-4b-pt-transcoders-all/layer_25_width_16k_l0_big", 25, "transcoder (MLP in to out)", "16k")]
    [InlineData("llama_scope_lxr_8x/l16r_8x", 16, "hook_resid_post", "8x")]
    [InlineData("sae_bench_gemma-2-2b_topk_width-2pow12_date-1109/blocks.12.hook_resid_post__trainer_0", 12, "hook_resid_post", "2pow12")]
    [InlineData("gpt2-small-hook-z-kk/blocks.6.hook_z", 6, "hook_z", null)]
    [InlineData("qwen-scope-3-1.7b-base-w32k-l100/layer14", 14, "residual stream", "32k")]
    [InlineData("qwen2.5-7b-instruct-andyrdt/resid_post_layer_15_trainer_1", 15, "hook_resid_post", null)]
    [InlineData("sae_bench_gemma-2-2b_topk_width-2pow14_date-1109/blocks.5.hook_resid_post__trainer_0_step_1464", 5, "hook_resid_post", "2pow14")]
    public void Names_tell_layer_hook_and_width(string name, int layer, string hook, string? width)
    {
        var (release, id) = Directory.Find(name)!.Value;
        Assert.Equal(new(layer, hook, width), release.Saes.Single(sae => sae.Id == id).Place);
    }

    private static double? Number(string text) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Rows(string file) => File.ReadLines(SharedFiles.Data("sae-directory", file)).Skip(1).Select(line => line.Split('\t'));
}
