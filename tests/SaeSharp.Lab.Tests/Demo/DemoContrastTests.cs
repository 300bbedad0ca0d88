using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Probing;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>Harmful against harmless requests in the demo that comes with the program, where the truth is known: pairs and ways of asking that the model never saw.</summary>
public sealed class DemoContrastTests
{
    private const int Prompts = 450, Fresh = 120, Trials = 100, Shuffles = 200;
    private const double True = 0.98;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Home => Path.Combine(AppContext.BaseDirectory, "carried");

    [Fact]
    public async Task The_features_ranked_first_of_both_signs_tell_fresh_requests_apart()
    {
        using var workspace = Workspace.Open(Home, 2);
        var (harmful, harmless) = Requests(Prompts, seed: 71_000);
        var result = await workspace.Contrast(Contrast(harmful, harmless) with { Top = 3 });

        Assert.All(result.HigherInA.Concat(result.HigherInB), feature => Assert.True(feature.Q < 0.05 && Math.Abs(feature.HeldOutAuroc.Value - 0.5) >= True - 0.5, $"{feature.Sae}:{feature.Feature} has {feature.HeldOutAuroc.Value:0.000} held out"));
        var fresh = Requests(Fresh, seed: 72_000);
        foreach (var (feature, more, less) in result.HigherInA.Select(feature => (feature, fresh.Harmful, fresh.Harmless)).Concat(result.HigherInB.Select(feature => (feature, fresh.Harmless, fresh.Harmful))))
        {
            var (high, low) = (await Values(workspace, feature, more), await Values(workspace, feature, less));
            var auroc = high.Average(one => low.Average(other => one > other ? 1 : one == other ? 0.5 : 0));
            Assert.True(auroc >= True, $"{feature.Sae}:{feature.Feature} has {auroc:0.000} on fresh requests");
        }
    }

    [Fact]
    public async Task The_feature_that_is_known_to_stand_for_harmful_requests_is_at_its_layer_s_top()
    {
        using var workspace = Workspace.Open(Home, 2);
        var known = (await workspace.TruthLabels()).All.Single(label => label.Place is not null);
        var (harmful, harmless) = Requests(Prompts, seed: 73_000);
        var result = await workspace.Contrast(Contrast(harmful, harmless) with { Saes = [known.Sae], Top = 1 });
        Assert.Equal(known.Feature, result.HigherInA[0].Feature);
    }

    [Fact]
    public void Two_random_halves_of_harmful_requests_give_no_discovery_in_95_of_100_trials()
    {
        using var shelves = new Shelves(Home, 2);
        var (harmful, _) = Requests(2 * Prompts, seed: 74_000);
        var model = shelves.Models.Get("demo");
        var prompts = ContrastPrompts.Read(Contrast([.. harmful.Take(Prompts / 2)], [.. harmful.Skip(Prompts / 2)]), model);
        var layers = PooledReading.Of(model, shelves.SaesFor(model, []), prompts.Windows, Pooling.Last, null, Cancel);
        var (random, discoveries) = (new Random(1), 0);
        for (var trial = 0; trial < Trials; trial++)
        {
            int[] order = [.. Enumerable.Range(0, Prompts)];
            random.Shuffle(order);
            var split = new PromptSplit(Prompts / 2, Prompts / 2, false, trial);
            if (new ContrastScoring(split, new(split, Shuffles, trial), 2).Score([.. layers.Select(layer => Reordered(layer.Features, order))], Cancel).Any(ContrastRun.IsSignificant)) discoveries++;
        }
        Assert.InRange(discoveries, 0, 5);
    }

    private static ContrastRequest Contrast(IReadOnlyList<string> a, IReadOnlyList<string> b) => new() { Model = "demo", PromptsA = a, PromptsB = b, Plain = true, Pooling = Pooling.Last, Shuffles = Shuffles };

    private static (IReadOnlyList<string> Harmful, IReadOnlyList<string> Harmless) Requests(int count, long seed)
    {
        var found = RequestRows.Find(seed, 2 * count, unseenPairs: true, unseenFrames: true).ToLookup(document => document.Request!.IsHarmful, Text);
        return ([.. found[true].Take(count / 2)], [.. found[false].Take(count / 2)]);
    }

    /// <summary>Up to the last prompt token; the tokenizer puts BOS before it.</summary>
    private static string Text(WorldDocument document) => WorldTokenizer.Text(WorldGrammar.Default.Lexicon, document.Ids.AsSpan(1, document.Request!.Colon));

    private static async Task<double[]> Values(Workspace workspace, ContrastFeature feature, IReadOnlyList<string> prompts)
    {
        var values = new double[prompts.Count];
        foreach (var (i, prompt) in prompts.Index())
        {
            var read = await workspace.Read(new() { Model = "demo", Prompt = prompt, Saes = [feature.Sae], Follow = [$"{feature.Sae}:{feature.Feature}"] });
            values[i] = read.Followed[0].Values[^1];
        }
        return values;
    }

    /// <summary>The same features with prompt order[i] in place i.</summary>
    private static SparseColumns Reordered(SparseColumns columns, int[] order)
    {
        var place = new int[order.Length];
        foreach (var (to, from) in order.Index()) place[from] = to;
        var (prompts, values) = (new int[columns.Prompts.Length], columns.Values.ToArray());
        for (var i = 0; i < prompts.Length; i++) prompts[i] = place[columns.Prompts[i]];
        for (var feature = 0; feature < columns.Count; feature++)
        {
            var (start, length) = (columns.Starts[feature], columns.Starts[feature + 1] - columns.Starts[feature]);
            Array.Sort(prompts, values, start, length);
        }
        return new(columns.Starts, prompts, values);
    }
}
