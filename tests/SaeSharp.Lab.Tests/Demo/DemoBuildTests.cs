using SaeSharp.Lab.Demo.Building;
using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>The demo in miniature, from nothing to the bundle.</summary>
public sealed class DemoBuildTests : IDisposable
{
    private readonly Testing.TemporaryFolder _folder = new();

    private string Bundle => _folder["bundle"];

    private DemoBuildRequest Miniature => new()
    {
        Tokens = 80_000, Layers = 2, DModel = 32, SaeTokens = 8_000, DSae = 64, IndexTokens = 2_000, CheckRequests = 5, ScoreTokens = 3_000, SteerRequests = 4, Bundle = Bundle,
    };

    [Fact]
    public async Task A_miniature_is_built_from_nothing_exported_and_scored()
    {
        using var workspace = Workspace.Open(_folder["home"], 2);
        var result = await workspace.DemoBuild(Miniature);

        Assert.Equal(["demo/topk/blocks.0.hook_resid_post", "demo/topk/blocks.1.hook_resid_post"], result.Saes.Take(2));
        Assert.InRange(result.Check.Loss, result.Check.Bound, 6); // it began at ln 1,500 = 7.3
        Assert.All(result.Check.Kinds, kind => Assert.InRange(kind.Loss, kind.Bound, 8));
        Assert.Equal(["attractor", "far", "near"], result.Check.Agreement.Select(share => share.Between));
        Assert.Equal(WorldGrammar.Default.Concepts.All.Count, result.Score!.Concepts.Count);

        // Whatever is in the bundle stands in its provenance, with its hash.
        var provenance = File.ReadAllText(Path.Combine(Bundle, "PROVENANCE.md"));
        var files = Directory.EnumerateFiles(Bundle, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("PROVENANCE.md", StringComparison.Ordinal)).ToList();
        Assert.All(files, file => Assert.Contains($"| {Path.GetRelativePath(Bundle, file).Replace('\\', '/')} | {ContentHash.OfFile(file)} |", provenance, StringComparison.Ordinal));
        Assert.Equal(result.BundleBytes, files.Sum(file => new FileInfo(file).Length) + new FileInfo(Path.Combine(Bundle, "PROVENANCE.md")).Length);

        // It can be carried: no file names the folder it was made in.
        Assert.All(files.Where(file => file.EndsWith(".json", StringComparison.Ordinal)), file => Assert.DoesNotContain(_folder["home"], File.ReadAllText(file), StringComparison.Ordinal));

        // Steering: what is pushed comes from one side's requests, what it did is counted on others, and so is what pushes of the same length do.
        using var demo = workspace.OpenDemo();
        var steered = await demo.DemoSteer(new() { Requests = 6, Choose = 4, Controls = 2, MaxTokens = 4 });
        Assert.Equal([SteerGoal.Help, SteerGoal.Refusal], steered.Ways.Select(way => way.Toward));
        Assert.All(steered.Ways, way =>
        {
            Assert.Equal((6, 2, 2), (way.Requests, way.Directions.Count, way.OtherFeatures.Count));
            Assert.All(way.Push.Features, feature => Assert.Equal((way.Toward == SteerGoal.Refusal ? 1 : -1) * way.Push.Times * (feature.Harmful - feature.Harmless), feature.Coefficient, 1e-9));
        });

        // The bundle is a workspace: its SAEs find their model and index, and what another build makes is the same.
        using var bundled = Workspace.Open(Bundle, 2);
        var reading = await bundled.Read(new() { Model = DemoHome.Model, Prompt = "user : how do i sing ?" });
        Assert.All(reading.Layers, layer => Assert.NotNull(layer.Index));
        Assert.Equal(DemoHome.Model, (await bundled.Feature(new() { Sae = result.Saes[0], Feature = 1 })).Index.Model);
        var export = await workspace.DemoExport(new() { Folder = _folder["exported"] });
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"], export.Files.Intersect(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]));
        var tokens = await workspace.Tokens(new() { Model = _folder["exported"], Text = "User: how do I sing?" });
        Assert.Equal(["<bos>", "user", ":", "how", "do", "i", "sing", "?"], tokens.Lines[0].Tokens!);
    }

    [Fact]
    public async Task Without_a_demo_the_error_says_how_to_make_one()
    {
        using var workspace = Workspace.Open(_folder["empty"], 2);
        var error = await Assert.ThrowsAsync<LabException>(() => workspace.DemoExport(new() { Folder = _folder["exported"] }));
        Assert.Contains("sae demo build", error.Hint, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["exported"]));
    }

    public void Dispose() => _folder.Dispose();
}
