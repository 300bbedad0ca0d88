using System.Text.Json;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Probing;
using SaeSharp.Lab.Steering;
using SaeSharp.Models;

namespace SaeSharp.Lab.Tests.Contrasting;

[Collection(typeof(TinyWorkspaceTests))]
public sealed class ContrastTests(TinyWorkspace tiny) : IDisposable
{
    private static readonly string[] Animals = ["cat", "dog", "hen", "fish", "bird", "cow"], Days = ["day", "night", "sun", "rain", "time"];

    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-tests-").FullName;

    private static IReadOnlyList<string> Red => [.. Enumerable.Range(0, 30).Select(i => $"The red {Animals[i % 6]} ran on a {Days[i % 5]}.")];

    private static IReadOnlyList<string> Was => [.. Enumerable.Range(0, 30).Select(i => $"There was a {Animals[i % 6]} and a {Days[i % 5]}.")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(Pooling.Max), InlineData(Pooling.Mean), InlineData(Pooling.Last)]
    public async Task A_feature_s_figures_are_those_of_reading_every_prompt_by_itself(Pooling pooling)
    {
        var result = await tiny.Workspace.Contrast(Request with { Pooling = pooling, Top = 2 });
        foreach (var feature in result.HigherInA.Concat(result.HigherInB))
        {
            var values = new List<double>();
            foreach (var prompt in Red.Concat(Was))
            {
                var read = await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = prompt, Saes = [feature.Sae], Follow = [$"{feature.Sae}:{feature.Feature}"] });
                double[] own = [.. read.Followed[0].Values.Where((_, i) => !read.Tokens[i].IsSpecial)];
                values.Add(pooling switch { Pooling.Max => own.Max(), Pooling.Mean => (float)own.Average(), _ => own[^1] });
            }
            double[] a = [.. values.Take(30)], b = [.. values.Skip(30)];
            Assert.Equal(a.Average(one => b.Average(other => one > other ? 1 : one == other ? 0.5 : 0)), feature.Auroc.Value, 1e-12);
            Assert.Equal((a.Average(), b.Average()), (feature.MeanA, feature.MeanB), (wanted, given) => Math.Abs(wanted.Item1 - given.Item1) + Math.Abs(wanted.Item2 - given.Item2) < 1e-5);
            Assert.Equal((a.Count(value => value != 0) / 30.0, b.Count(value => value != 0) / 30.0), (feature.RateA, feature.RateB));
            Assert.True(feature.Auroc.Low <= feature.Auroc.Value && feature.Auroc.Value <= feature.Auroc.High);
        }
    }

    [Fact]
    public async Task Sets_that_differ_in_a_word_are_told_apart_by_features_sets_and_probe_and_the_vocabulary_is_blamed()
    {
        var result = await tiny.Workspace.Contrast(Request);
        Assert.True(result.Significant > 0);
        Assert.Equal(1, result.Sets[0].Accuracy.Value, 0.2);
        Assert.All(result.Layers, layer => Assert.Equal(1, layer.Probe.Auroc, 0.05));
        Assert.Equal(1, result.Confounds.Single(confound => confound.Name == "vocabulary").Auroc.Value);
        Assert.Equal(1, result.Confounds.Single(confound => confound.Name == "first word").Auroc.Value);
        Assert.Equal(["length", "first word", "last mark"], result.HigherInA[0].Matched.Select(matched => matched.Alike));
        Assert.Equal(0, result.HigherInA[0].Matched[1].Pairs);
        Assert.All(result.HigherInA, feature => Assert.True(feature.ChoosingAuroc >= 0.5 && feature.Steering is not null));
        Assert.Equal(result.Tested, result.Layers.Sum(layer => layer.Tested));
        Assert.All(result.Layers, layer => Assert.Equal(layer.Tested, layer.Histogram.Sum()));
    }

    [Fact]
    public async Task One_set_against_itself_tells_nothing()
    {
        var result = await tiny.Workspace.Contrast(Request with { PromptsB = Red });
        Assert.Equal(0, result.Significant);
        Assert.All(result.HigherInA.Concat(result.HigherInB), feature => Assert.Equal((0.5, 0, 1), (feature.Auroc.Value, feature.Difference, feature.P)));
        Assert.Equal(0, (await tiny.Workspace.Contrast(Request with { PromptsB = Red, Paired = true })).Significant);
    }

    [Fact]
    public async Task Turning_the_sets_round_turns_the_features_round()
    {
        var (result, turned) = (await tiny.Workspace.Contrast(Request with { Paired = true }), await tiny.Workspace.Contrast(Request with { PromptsA = Was, PromptsB = Red, Paired = true }));
        var there = result.HigherInA.Concat(result.HigherInB).ToDictionary(feature => (feature.Sae, feature.Feature));
        var both = turned.HigherInA.Concat(turned.HigherInB).Where(feature => there.ContainsKey((feature.Sae, feature.Feature))).ToList();
        Assert.NotEmpty(both);
        Assert.All(both, feature => Assert.Equal(1 - there[(feature.Sae, feature.Feature)].Auroc.Value, feature.Auroc.Value, 1e-12));
        Assert.All(both, feature => Assert.Equal(-there[(feature.Sae, feature.Feature)].Difference, feature.Difference, 1e-9));
    }

    [Fact]
    public async Task Files_and_prompts_say_the_same_and_the_table_holds_every_feature()
    {
        await File.WriteAllLinesAsync(At("a.txt"), Red);
        await File.WriteAllLinesAsync(At("b.jsonl"), Was.Select(text => JsonSerializer.Serialize(new { text })));
        var files = await tiny.Workspace.Contrast(new() { Model = TinyWorkspace.Model, A = At("a.txt"), B = At("b.jsonl"), Out = At("all.csv"), Shuffles = 300 });
        var prompts = await tiny.Workspace.Contrast(Request);
        Assert.Equal(prompts.HigherInA.Select(feature => (feature.Sae, feature.Feature, feature.Q)), files.HigherInA.Select(feature => (feature.Sae, feature.Feature, feature.Q)));
        Assert.Equal(files.Tested + 1, File.ReadLines(At("all.csv")).Count());
    }

    [Fact]
    public async Task A_bundle_pushes_both_signs_at_their_natural_differences_and_steer_takes_its_file()
    {
        var result = await tiny.Workspace.Contrast(Request with { PromptsB = [.. Was.Select(text => text.TrimEnd('.'))], Pooling = Pooling.Last, Bundle = 4, Toward = ContrastSide.B, BundleScale = 2, BundleSae = TinyWorkspace.Sae, BundleOut = At("bundle.json") });
        var bundle = result.Bundle!;
        Assert.Equal((TinyWorkspace.Sae, ContrastSide.B, 4), (bundle.Sae, bundle.Toward, bundle.Edits.Count));
        Assert.Equal(bundle.Edits.OrderByDescending(edit => Math.Abs(edit.Coefficient)), bundle.Edits);
        Assert.All(bundle.Edits, edit => Assert.Equal(EditPositions.Last, edit.Positions));
        foreach (var feature in result.HigherInA.Concat(result.HigherInB).Where(feature => feature.Sae == bundle.Sae))
        {
            if (bundle.Edits.FirstOrDefault(edit => edit.Vector!.Feature == feature.Feature) is { } edit) Assert.Equal(-2 * feature.Difference, edit.Coefficient, 1e-9);
        }

        var steer = new SteerRequest { Model = TinyWorkspace.Model, Prompt = Red[0], MaxTokens = 4, IgnoreEos = true };
        var file = await tiny.Workspace.Steer(steer with { Edits = At("bundle.json") });
        var flags = await tiny.Workspace.Steer(steer with { Positions = EditPositions.Last, Features = [.. bundle.Edits.Select(edit => FormattableString.Invariant($"{edit.Vector!.Sae}:{edit.Vector.Feature}={edit.Coefficient:R}"))] });
        Assert.Equal((flags.Kl, flags.After.Text), (file.Kl, file.After.Text));
    }

    [Fact]
    public async Task A_chat_template_is_put_around_prompts_where_the_model_has_one_and_its_tokens_do_not_count()
    {
        foreach (var file in Directory.EnumerateFiles(TinyWorkspace.Model)) File.Copy(file, At(Path.GetFileName(file)));
        await File.WriteAllTextAsync(At("chat_template.jinja"), "{% for m in messages %}<|endoftext|>{{ m.content }}{% endfor %}<|endoftext|>once");
        using var shelves = new Shelves(tiny.Home, 1);
        var model = shelves.Models.Get(_folder);
        var (chat, last, plain) = (ContrastPrompts.Read(Request, model), ContrastPrompts.Read(Request with { Pooling = Pooling.Last }, model), ContrastPrompts.Read(Request with { Plain = true }, model));
        Assert.Equal($"<|endoftext|>{Red[0]}<|endoftext|>once", chat.Templated);
        Assert.Null(plain.Templated);
        Assert.Equal(Red[0], model.Text([.. chat.Windows[0].Kept.Select(position => chat.Windows[0].Ids[position])]));
        Assert.Equal("ce", model.Text([.. last.Windows[0].Kept.Select(position => last.Windows[0].Ids[position])]));
        Assert.Equal(plain.Windows[0].Ids[1..], plain.Windows[0].Kept.Select(position => plain.Windows[0].Ids[position]));
    }

    [Fact]
    public async Task What_cannot_be_contrasted_is_refused_with_the_reason()
    {
        async Task<string> Refused<T>(ContrastRequest request) where T : SaeSharpException => (await Assert.ThrowsAsync<T>(() => tiny.Workspace.Contrast(request))).Message;
        Assert.Contains("Set A has no prompts", await Refused<LabException>(Request with { PromptsA = [] }), StringComparison.Ordinal);
        Assert.Contains("expected one of them", await Refused<LabException>(Request with { A = At("a.txt") }), StringComparison.Ordinal);
        Assert.Contains("for pairs", await Refused<LabException>(Request with { PromptsB = [.. Was.Take(3)], Paired = true }), StringComparison.Ordinal);
        Assert.Contains("too few", await Refused<LabException>(Request with { PromptsA = ["one", " "] }), StringComparison.Ordinal);
        Assert.Contains("no token", await Refused<LabException>(Request with { At = "90" }), StringComparison.Ordinal);
        Assert.Contains("last", await Refused<OptionException>(Request with { At = "-1", Pooling = Pooling.Last }), StringComparison.Ordinal);
        Assert.Contains("--shuffles", await Refused<OptionException>(Request with { Shuffles = 0 }), StringComparison.Ordinal);
        await Refused<LabException>(Request with { BundleSae = "none" });
        await Refused<FileException>(Request with { PromptsA = [], A = At("missing.txt") });
        await Refused<ModelException>(Request with { PromptsA = [string.Concat(Enumerable.Repeat("cat ", 3000)), "a cat"] });
    }

    private static ContrastRequest Request => new() { Model = TinyWorkspace.Model, PromptsA = Red, PromptsB = Was, Shuffles = 300 };

    private string At(string file) => Path.Combine(_folder, file);
}
