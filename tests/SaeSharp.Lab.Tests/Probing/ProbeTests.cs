using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Tests.Probing;

[Collection(typeof(TinyWorkspaceTests))]
public sealed class ProbeTests(TinyWorkspace tiny) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_label_that_stands_in_the_text_is_found_by_every_probe_from_any_kind_of_file()
    {
        string[] animals = ["cat", "dog", "bird", "fish"];
        string[] dark = [.. Enumerable.Range(0, 60).Select(i => $"It was night and the {animals[i % 4]} {i} slept")], light = [.. Enumerable.Range(0, 60).Select(i => $"In the sun the {animals[i % 4]} {i} ran and ran")];
        await File.WriteAllLinesAsync(At("dark.txt"), dark);
        await File.WriteAllLinesAsync(At("light.txt"), light);
        await File.WriteAllLinesAsync(At("both.jsonl"), dark.Select(text => $$"""{"text": "{{text}}", "label": 0}""").Concat(light.Select(text => $$"""{"text": "{{text}}", "label": 1}""")));
        await File.WriteAllLinesAsync(At("both.csv"), ["text,label", .. dark.Select(text => $"{text},dark"), .. light.Select(text => $"{text},light")]);

        var files = await Probe($"{At("dark.txt")}\n{At("light.txt")}");
        Assert.Equal(("light", 96, 24), (files.Labels[0].Label, files.Training, files.Test));
        Assert.Equal([("latents", 1), ("latents", 5), ("latents", 96), ("activations", 64)], files.Labels[0].Probes.Select(line => (line.Reads, line.Count)));
        Assert.True(files.Labels[0].Probes[2].Accuracy.Value > 0.9);
        Assert.All(files.Labels[0].Probes, line => Assert.All([line.Accuracy, line.F1, line.Auroc], score => Assert.True(score.Low <= score.Value && score.Value <= score.High)));

        var numbers = files.Labels[0].Probes.Select(line => line.Auroc.Value);
        Assert.Equal(numbers, (await Probe(At("both.csv"))).Labels[0].Probes.Select(line => line.Auroc.Value));
        Assert.Equal("1", (await Probe(At("both.jsonl"))).Labels[0].Label);
        Assert.Equal("dark", (await tiny.Workspace.Probe(Request(At("both.csv")) with { Positive = "dark" })).Labels[0].Label);
    }

    [Theory, InlineData(Pooling.Max), InlineData(Pooling.Last)]
    public async Task Three_labels_are_each_looked_for_among_the_rest(Pooling pooling)
    {
        await File.WriteAllLinesAsync(At("three.csv"), ["text,label", .. Enumerable.Range(0, 90).Select(i => $"{(i % 3 == 0 ? "Tom has a red ball" : i % 3 == 1 ? "Where is my mom" : "They went home")} {i},{i % 3}")]);
        var result = await tiny.Workspace.Probe(Request(At("three.csv")) with { Pooling = pooling });
        Assert.Equal(["0", "1", "2"], result.Labels.Select(label => label.Label));
        Assert.Equal(result.Labels.Average(label => label.Probes[0].F1.Value), result.Means[0].F1, 1e-12);
    }

    [Fact]
    public async Task Texts_that_cannot_be_probed_are_refused_with_the_reason()
    {
        await File.WriteAllLinesAsync(At("one.csv"), ["text,label", "Tom ran,a", "Tom sat,a"]);
        await File.WriteAllLinesAsync(At("few.csv"), ["text,label", "Tom ran,a", "Tom sat,b", "Tom fell,b"]);
        await File.WriteAllLinesAsync(At("odd.jsonl"), ["""{"text": "Tom ran", "label": [1]}"""]);
        await File.WriteAllTextAsync(At("plain.txt"), "Tom ran");
        Assert.Contains("'a'", (await Assert.ThrowsAsync<LabException>(() => Probe(At("one.csv")))).Message, StringComparison.Ordinal);
        Assert.Contains("1 text that", (await Assert.ThrowsAsync<LabException>(() => Probe(At("few.csv")))).Message, StringComparison.Ordinal);
        Assert.Contains("no labels", (await Assert.ThrowsAsync<LabException>(() => Probe(At("plain.txt")))).Message, StringComparison.Ordinal);
        Assert.Contains("line 1", (await Assert.ThrowsAsync<FileException>(() => Probe(At("odd.jsonl")))).Message, StringComparison.Ordinal);
        Assert.Contains("'c'", (await Assert.ThrowsAsync<LabException>(() => tiny.Workspace.Probe(Request(At("few.csv")) with { Positive = "c", TestShare = 0.3 }))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Probe(Request(At("few.csv")) with { TestShare = 1 }));
    }

    private string At(string file) => Path.Combine(_folder, file);

    private static ProbeRequest Request(string texts) => new() { Sae = TinyWorkspace.Sae, Model = TinyWorkspace.Model, Texts = texts, Context = 32 };

    private Task<ProbeResult> Probe(string texts) => tiny.Workspace.Probe(Request(texts));
}
