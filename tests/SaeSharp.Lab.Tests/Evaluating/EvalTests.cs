using System.Reflection;
using System.Text.Json;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Lab.Tests.Evaluating;

[Collection(typeof(TinyWorkspaceTests))]
public class EvalTests(TinyWorkspace tiny)
{
    private static readonly EvalRequest Request = new() { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus, Tokens = 1500 };

    private static PropertyInfo[] Figures => [.. typeof(EvalResult).GetProperties().Where(property => property.PropertyType == typeof(double?))];

    private static string Name(PropertyInfo figure) => JsonNamingPolicy.CamelCase.ConvertName(figure.Name);

    [Fact]
    public async Task Figures_do_not_depend_on_the_batches_and_agree_with_each_other()
    {
        var (small, large) = (await tiny.Workspace.Eval(Request with { Batch = 70 }), await tiny.Workspace.Eval(Request));
        Assert.All(Figures.Where(figure => figure.GetValue(large) is not null), figure => Assert.Equal((double)figure.GetValue(large)!, (double)figure.GetValue(small)!, 1e-9));
        Assert.Equal(large.Fvu, small.Fvu);
        Assert.Equal(6, large.L0);
        Assert.Equal(1 - large.Fvu!.Value, large.ExplainedVariance!.Value, 1e-12);
        Assert.Equal((large.CeZero - large.CeSpliced) / (large.CeZero - large.CeOriginal), large.CeRecovered);
        Assert.Equal((large.KlMean - large.Kl) / large.KlMean, large.KlRecoveredMean);
        Assert.Empty(large.Reasons);
        Assert.Equal(large.Fvu, (await tiny.Workspace.Info(new() { Target = TinyWorkspace.Sae })).Sae!.Quality!.Fvu);
    }

    [Fact]
    public void Every_metric_has_a_place_in_the_result() => Assert.Superset(SaeMetric.All().Select(metric => metric.Name).ToHashSet(), Figures.Select(Name).ToHashSet());

    [Fact]
    public async Task Only_what_is_asked_for_is_there_and_it_is_the_same()
    {
        var all = await tiny.Workspace.Eval(Request);
        foreach (var names in new[] { new[] { "fvu", "l0" }, ["ceRecovered"], ["klMean", "cosine"] })
        {
            var some = await tiny.Workspace.Eval(Request with { Metrics = names });
            Assert.All(Figures, figure => Assert.Equal(names.Contains(Name(figure)) ? figure.GetValue(all) : null, figure.GetValue(some)));
        }
        var error = await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Eval(Request with { Metrics = ["ceRecoverd"] }));
        Assert.Contains("ceRecovered", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_tokens_to_ignore_both_conventions_agree_on_losses_and_only_divergences_of_last_tokens_differ()
    {
        var request = Request with { Corpus = TinyWorkspace.Corpus with { SkipPositions = Lab.Harvesting.SkippedPositions.None } };
        var (ours, theirs) = (await tiny.Workspace.Eval(request), await tiny.Workspace.Eval(request with { Convention = EvalConvention.SaeLens, Batch = 300 }));
        Assert.Equal(ours.CeRecovered!.Value, theirs.CeRecovered!.Value, 1e-9);
        Assert.NotEqual(ours.Kl!.Value, theirs.Kl!.Value, 1e-9);
        Assert.NotNull(theirs.ExplainedVarianceLegacy);
        Assert.NotNull(theirs.RelativeReconstructionBiasByBatch);
        Assert.Null(ours.ExplainedVarianceLegacy);
    }

    [Fact]
    public async Task Ignored_tokens_leave_every_count_and_figures_of_latents_add_up()
    {
        var (all, some) = (await tiny.Workspace.Eval(Request with { Tokens = 0, PerLatent = true }), await tiny.Workspace.Eval(Request with { Tokens = 0, IgnoreIds = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14], PerLatent = true }));
        Assert.InRange(some.Tokens, 1, all.Tokens - 1);
        Assert.All([all, some], result =>
        {
            Assert.Equal(result.L0!.Value, result.Latents!.Density.Sum(), 1e-9);
            Assert.Equal(result.DeadFraction!.Value, result.Latents.Density.Count(density => density == 0) / 96.0, 1e-12);
            Assert.Equal(result.Latents.Density.Select(density => density == 0), result.Latents.FiringsInAText.Select(firings => firings is null));
        });
    }

    [Fact]
    public async Task All_special_tokens_of_the_tokenizer_are_left_alone_where_asked()
    {
        const int He = 257;
        using var model = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(TinyWorkspace.Model)) File.Copy(file, model[Path.GetFileName(file)]);
        var tokenizer = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(model["tokenizer.json"]))!;
        var special = tokenizer["added_tokens"]![0]!.DeepClone();
        (special["id"], special["content"]) = (He, "he"); // neither BOS nor EOS, and frequent
        tokenizer["added_tokens"]!.AsArray().Add(special);
        File.WriteAllText(model["tokenizer.json"], tokenizer.ToJsonString());

        var request = Request with { Model = model.Path, Tokens = 0, Metrics = ["fvu", "ceSpliced"] };
        var (all, left, named) = (await tiny.Workspace.Eval(request), await tiny.Workspace.Eval(request with { IgnoreSpecial = true }), await tiny.Workspace.Eval(request with { IgnoreIds = [He] }));
        Assert.True(left.Tokens < all.Tokens);
        Assert.Equal((named.Tokens, named.Fvu, named.CeSpliced), (left.Tokens, left.Fvu, left.CeSpliced));
    }
}
