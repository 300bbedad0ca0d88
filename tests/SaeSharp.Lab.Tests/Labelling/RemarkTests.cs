using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Labelling;

namespace SaeSharp.Lab.Tests.Labelling;

[Collection(typeof(TinyWorkspaceTests))]
public class RemarkTests(TinyWorkspace tiny)
{
    [Fact]
    public async Task What_is_written_is_shown_wherever_the_feature_is()
    {
        var read = await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "a round hen", Saes = [TinyWorkspace.Sae] });
        var feature = read.Layers[0].Tokens[^1].Features[0].Feature;
        var saved = (await Write(feature, "  a hen ", "seen in\ntwo lines", BookmarkChange.Set)).Features[0];
        Assert.Equal(("a hen", "seen in\ntwo lines", true), (saved.Label, saved.Note, saved.Bookmarked));

        read = await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = "a round hen", Saes = [TinyWorkspace.Sae] });
        Assert.Equal("a hen", read.Layers[0].Tokens[^1].Features[0].Label);
        var page = await tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = feature });
        Assert.Equal([new FeatureLabel(LabelOrigin.Human, "a hen")], page.Labels);
        Assert.Equal(("seen in\ntwo lines", true), (page.Note, page.Bookmarked));
        var steered = await tiny.Workspace.Steer(new() { Model = TinyWorkspace.Model, Prompt = "a round hen", Features = [$"{TinyWorkspace.Sae}:{feature}=1"], MaxTokens = 1 });
        Assert.Equal("a hen", steered.Features[0].Label);
    }

    [Fact]
    public async Task What_is_left_out_stays_and_an_empty_text_removes()
    {
        await Write(90, "one", "a note", BookmarkChange.Set);
        Assert.Equal(("two", "a note", true), Three((await Write(90, "two", null)).Features[0]));
        Assert.Equal(("two", null, true), Three((await Write(90, null, "")).Features[0]));
        Assert.Equal((null, null, true), Three((await Write(90, " ", null)).Features[0]));
        Assert.Contains((await List()).Features, remark => remark.Feature == 90);
        var gone = (await Write(90, null, null, BookmarkChange.Remove)).Features[0];
        Assert.Equal((null, null, false), Three(gone));
        Assert.Null(gone.Changed);
        Assert.DoesNotContain((await List()).Features, remark => remark.Feature == 90);
    }

    [Fact]
    public async Task Another_process_sees_what_was_written_and_a_name_that_changed_keeps_it()
    {
        await Write(91, "first", null);
        using (var other = Workspace.Open(tiny.Home))
        {
            Assert.Equal("first", (await other.Features(new() { Sae = TinyWorkspace.Sae, Skip = 91, Take = 1 })).Features[0].Label);
            await Write(91, "second", null);
            Assert.Equal("second", (await other.Features(new() { Sae = TinyWorkspace.Sae, Skip = 91, Take = 1 })).Features[0].Label);
        }

        var copy = Path.Combine(tiny.Home, "saes", "moved", "here");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(tiny.Home, "saes", TinyWorkspace.Sae))) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Assert.Equal("second", (await tiny.Workspace.Label(new() { Sae = "moved/here", Feature = 91 })).Features[0].Label);
        Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);
    }

    [Fact]
    public async Task The_truth_of_a_demo_names_features_too_and_a_person_s_name_goes_before_it()
    {
        TruthShelf.Write(tiny.Home, new([new(TinyWorkspace.Sae, 92, "storm-word", ConceptKind.Word, 0.98, 0.9), new(TinyWorkspace.Sae, 92, "rain-word", ConceptKind.Word, 0.97, 0.4)]));
        try
        {
            Assert.Equal((TinyWorkspace.Sae, 92), (await tiny.Workspace.Search(new() { Label = "storms" })).Features.Select(hit => (hit.Sae, hit.Feature)).First());
            await Write(92, "bad weather", null);
            var labels = (await tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = 92 })).Labels;
            Assert.Equal([new(LabelOrigin.Human, "bad weather"), new(LabelOrigin.GroundTruth, "storm-word")], labels);
            Assert.Equal(92, (await tiny.Workspace.Search(new() { Label = "storm" })).Features[0].Feature);
            await File.WriteAllTextAsync(Path.Combine(tiny.Home, TruthShelf.File), "no json");
            Assert.Single((await tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = 92 })).Labels);
        }
        finally
        {
            File.Delete(Path.Combine(tiny.Home, TruthShelf.File));
            await Write(92, "", null);
        }
    }

    [Fact]
    public async Task A_remark_without_a_feature_or_too_long_is_refused_and_a_broken_file_told()
    {
        Assert.Contains("without a feature", (await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Label(new() { Sae = TinyWorkspace.Sae, Label = "x" }))).Message, StringComparison.Ordinal);
        Assert.Contains("501 characters", (await Assert.ThrowsAsync<OptionException>(() => Write(1, new string('x', 501), null))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LabException>(() => Write(96, "x", null));

        var home = Path.Combine(tiny.Home, "broken-remarks");
        Directory.CreateDirectory(home);
        await File.WriteAllTextAsync(Path.Combine(home, "saesharp.db"), string.Concat(Enumerable.Repeat("this is no database\n", 100)));
        using var broken = Workspace.Open(home);
        Assert.Contains("cannot be used", (await Assert.ThrowsAsync<LabException>(() => broken.Label(new()))).Message, StringComparison.Ordinal);
    }

    private static (string?, string?, bool) Three(Remark remark) => (remark.Label, remark.Note, remark.Bookmarked);

    private Task<LabelResult> List() => tiny.Workspace.Label(new() { Sae = TinyWorkspace.Sae });

    private Task<LabelResult> Write(int feature, string? label, string? note, BookmarkChange bookmark = BookmarkChange.Keep) =>
        tiny.Workspace.Label(new() { Sae = TinyWorkspace.Sae, Feature = feature, Label = label, Note = note, Bookmark = bookmark });
}
