using SaeSharp.Lab.Demo.Building;
using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Demo.Presets;
using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Lab.Tests.Demo;

public sealed class TruthLabelTests : IDisposable
{
    private readonly Testing.TemporaryFolder _folder = new();

    [Fact]
    public async Task Labels_that_were_written_are_read_and_a_newer_file_replaces_them()
    {
        using var workspace = Workspace.Open(_folder.Path, 1);
        Assert.Empty((await workspace.TruthLabels()).All);
        TruthLabel storm = new("one", 3, "storm-word", ConceptKind.Word, 0.98, 0.91), harm = new("one", 3, "harmful-request", ConceptKind.State, 1, null, "the last prompt token");

        TruthShelf.Write(_folder.Path, new([storm]));
        Assert.Equal([storm], (await workspace.TruthLabels()).Of("one", 3));
        TruthShelf.Write(_folder.Path, new([storm, harm]));
        File.SetLastWriteTimeUtc(_folder[TruthShelf.File], DateTime.UtcNow.AddSeconds(2));
        Assert.Equal([harm, storm], (await workspace.TruthLabels()).Of("one", 3));
        Assert.Empty((await workspace.TruthLabels()).Of("one", 4));
    }

    [Fact]
    public void A_label_says_what_it_matches_and_on_what_evidence() => Assert.Equal(
        ["matches 'storm-word', AUROC 0.98, F1 0.91 on held-out text", "matches 'harmful-request' at the last prompt token, AUROC 1.00 on held-out text"],
        ((TruthLabel[])[new("one", 3, "storm-word", ConceptKind.Word, 0.98, 0.91), new("one", 3, "harmful-request", ConceptKind.State, 1, null, "the last prompt token")]).Select(label => label.Text));

    [Fact]
    public void Of_several_concepts_the_one_with_the_best_F1_comes_first()
    {
        TruthLabels labels = new([new("one", 3, "lightning-word", ConceptKind.Word, 0.99, 0.3), new("one", 3, "storm-word", ConceptKind.Word, 0.98, 0.95)]);
        Assert.Equal(["storm-word", "lightning-word"], labels.Of("one", 3).Select(label => label.Concept));
    }

    [Theory]
    [InlineData("[{\"sae\":null,\"feature\":1,\"concept\":\"x\",\"kind\":\"word\",\"auroc\":1,\"f1\":null}]")]
    [InlineData("[{\"sae\":\"one\"}]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[")]
    public async Task Damaged_labels_are_told_and_not_shown(string content)
    {
        File.WriteAllText(_folder[TruthShelf.File], content);
        using var workspace = Workspace.Open(_folder.Path, 1);
        var error = await Assert.ThrowsAsync<FileException>(() => workspace.TruthLabels());
        Assert.Contains(TruthShelf.File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_a_demo_has_presets_and_without_a_file_the_world_writes_the_requests()
    {
        using var workspace = Workspace.Open(_folder.Path, 1);
        Assert.Null(await workspace.Presets());
        Directory.CreateDirectory(_folder[Path.Combine("models", DemoHome.Model)]);
        var presets = (await workspace.Presets())!;

        Assert.Equal((24, 24), (presets.Harmful.Count, presets.Harmless.Count));
        Assert.Empty(presets.Harmful.Intersect(presets.Harmless));
        Assert.Equal(48, presets.Harmful.Concat(presets.Harmless).Distinct().Count());
        // All words of what is asked and read are the world's.
        var words = WorldGrammar.Default.Lexicon.Words.ToHashSet();
        Assert.All(presets.Harmful.Concat(presets.Harmless).Append(presets.Prompt).SelectMany(text => text.Split(' ')), word => Assert.Contains(word, words));
    }

    [Fact]
    public async Task Presets_that_were_written_are_read()
    {
        Directory.CreateDirectory(_folder[Path.Combine("models", DemoHome.Model)]);
        PresetFile.Write(_folder.Path, new()
        {
            Prompt = "hear ye", Harmful = ["a"], Harmless = ["b"], Steering = [new() { Name = "a refusal into help", Prompt = "a", Features = ["one:3=4"], Positions = SaeSharp.Lab.Steering.EditPositions.Prompt }],
        });
        using var workspace = Workspace.Open(_folder.Path, 1);
        var presets = (await workspace.Presets())!;
        Assert.Equal(("hear ye", "one:3=4", "prompt"), (presets.Prompt, presets.Steering[0].Features[0], presets.Steering[0].Positions.ToString()));

        File.WriteAllText(_folder[PresetFile.File], """{"harmful":[null]}""");
        await Assert.ThrowsAsync<FileException>(() => workspace.Presets());
    }

    [Fact]
    public void What_a_search_for_pushes_found_becomes_a_preset()
    {
        SteeredWay way = new(
            SteerGoal.Refusal, new("one", [new(3, -1.5, 0, 2), new(4, 12, 1, 0)], 2, "prompt", 10, 0.5), 0, 1, 0.3, 0.3, [], [], 200, new("user : how do i sing ? assistant :", "sure", "no"));
        var preset = SteeringPreset.Of(way);

        Assert.Equal(("help into a refusal", "how do i sing ?", "prompt"), (preset.Name, preset.Prompt, preset.Positions.ToString()));
        Assert.Equal(["one:3=-1.5", "one:4=12"], preset.Features);
    }

    public void Dispose() => _folder.Dispose();
}
