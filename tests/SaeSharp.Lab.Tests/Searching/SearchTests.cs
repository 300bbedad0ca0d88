using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Searching;

namespace SaeSharp.Lab.Tests.Searching;

[Collection(typeof(TinyWorkspaceTests))]
public class SearchTests(TinyWorkspace tiny)
{
    private const string Text = "Once upon a time there was a round hen.";

    private static SearchRequest Request => new() { Model = TinyWorkspace.Model, Saes = [TinyWorkspace.Sae, TinyWorkspace.Later], Top = 1000 };

    [Theory]
    [InlineData(FiringOrder.Value)]
    [InlineData(FiringOrder.OfMax)]
    [InlineData(FiringOrder.Quantile)]
    public async Task A_text_finds_every_feature_that_fires_in_it_in_the_order_asked_for(FiringOrder order)
    {
        var found = await tiny.Workspace.Search(Request with { Text = [Text], Order = order });
        var read = await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Text, Saes = Request.Saes, Top = 96 });
        var firing = read.Layers.SelectMany(layer => layer.Tokens.Where(token => !read.Tokens[token.Position].IsSpecial).SelectMany(token => token.Features.Select(feature => (layer.Sae, feature.Feature, token.Position, feature))))
            .Where(place => place.feature.Value > 0).GroupBy(place => (place.Sae, place.Feature)).ToDictionary(group => group.Key, group => group.MaxBy(place => place.feature.Value));
        Assert.Equal(firing.Keys.Order(), found.Features.Select(hit => (hit.Sae, hit.Feature)).Order());
        Assert.Equal(found.Features.Select(hit => hit.Score).OrderDescending(), found.Features.Select(hit => hit.Score));
        foreach (var hit in found.Features)
        {
            var (place, there) = (firing[(hit.Sae, hit.Feature)], hit.Firings[0]!);
            Assert.Equal((place.Position, place.feature.Value, place.feature.OfMax, place.feature.Quantile), (there.Position, there.Value, there.OfMax, there.Quantile));
            Assert.Equal(there.Value, there.Values[there.Position]);
            if (order == FiringOrder.Value || there.OfMax is not null) Assert.Equal(order switch { FiringOrder.Value => there.Value, FiringOrder.OfMax => there.OfMax!.Value, _ => there.Quantile!.Value }, hit.Score, 1e-9);
        }
    }

    [Fact]
    public async Task Several_texts_find_what_fires_in_all_or_in_a_share_of_them()
    {
        string[] texts = [Text, "the sun", "a red ball"];
        var each = new List<HashSet<(string, int)>>();
        foreach (var text in texts) each.Add([.. (await tiny.Workspace.Search(Request with { Text = [text] })).Features.Select(hit => (hit.Sae, hit.Feature))]);
        foreach (var share in (double[])[1, 2.0 / 3, 0.1])
        {
            var found = await tiny.Workspace.Search(Request with { Text = texts, Share = share });
            var needed = Math.Ceiling(share * 3 - 1e-9);
            Assert.Equal(each.SelectMany(set => set).Distinct().Where(feature => each.Count(set => set.Contains(feature)) >= needed).Order(), found.Features.Select(hit => (hit.Sae, hit.Feature)).Order());
        }
    }

    [Fact]
    public async Task Chosen_tokens_rank_by_what_features_sum_to_there()
    {
        var found = await tiny.Workspace.Search(Request with { Text = [Text], At = [3, 5], Order = FiringOrder.Value });
        Assert.NotEmpty(found.Features);
        Assert.All(found.Features, hit => Assert.Equal(hit.Firings[0]!.Values[3] + hit.Firings[0]!.Values[5], hit.Score, 1e-6));
    }

    [Fact]
    public async Task What_a_feature_says_is_what_its_page_shows()
    {
        var page = await tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = 7, Top = 3 });
        foreach (var (rank, effect) in page.Logits.Positive.Index())
        {
            var hit = (await tiny.Workspace.Search(Request with { Says = $"#{effect.Id}" })).Features.Single(hit => (hit.Sae, hit.Feature) == (TinyWorkspace.Sae, 7));
            Assert.Equal((effect.Id, rank + 1), (hit.Push!.Id, hit.Push.Rank));
            Assert.Equal(effect.Value, hit.Push.Effect, 1e-4);
            Assert.Equal(effect.Z, hit.Push.Z, 1e-3);
        }
        var all = await tiny.Workspace.Search(Request with { Says = "#5" });
        Assert.Equal(2 * 96, all.Compared);
        Assert.All(all.Features.Zip(all.Features.Skip(1)), pair => Assert.True(pair.First.Score >= pair.Second.Score - 1e-4));
    }

    [Fact]
    public async Task A_feature_is_most_like_its_decoder_neighbours_at_its_own_layer()
    {
        var page = await tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = 11, Top = 5 });
        var found = await tiny.Workspace.Search(Request with { Like = $"{TinyWorkspace.Sae}:11" });
        Assert.Equal(page.Neighbours.Select(near => near.Feature), found.Features.Where(hit => hit.Sae == TinyWorkspace.Sae).Take(5).Select(hit => hit.Feature));
        Assert.Contains(found.Features, hit => hit.Sae == TinyWorkspace.Later);
        Assert.Equal(2 * 96 - 1, found.Compared);
    }

    [Fact]
    public async Task Filters_act_before_the_best_are_taken()
    {
        var request = Request with { Like = $"{TinyWorkspace.Sae}:11", Saes = [TinyWorkspace.Sae] };
        var all = await tiny.Workspace.Search(request);
        var least = all.Features.Select(hit => hit.Max ?? 0).Order().ElementAt(60);
        var filtered = await tiny.Workspace.Search(request with { MinMax = least, MaxDensity = 0.2, Top = 3 });
        Assert.Equal(all.Features.Where(hit => hit.Max >= least && hit.Density <= 0.2).Take(3).Select(hit => hit.Feature), filtered.Features.Select(hit => hit.Feature));
        Assert.Empty((await tiny.Workspace.Search(request with { Layers = [2] })).Features);
        Assert.All((await tiny.Workspace.Search(Request with { Like = $"{TinyWorkspace.Sae}:11", Layers = [2] })).Features, hit => Assert.Equal(2, hit.Layer));
    }

    [Fact]
    public async Task A_name_is_found_as_soon_as_it_is_given_and_filters_by_it()
    {
        await tiny.Workspace.Label(new() { Sae = TinyWorkspace.Later, Feature = 40, Label = "quaint zebras", Bookmark = BookmarkChange.Set });
        var found = (await tiny.Workspace.Search(new() { Label = "zebra" })).Features[0];
        Assert.Equal((TinyWorkspace.Later, 40, "quaint zebras"), (found.Sae, found.Feature, found.Label));
        Assert.Equal([(TinyWorkspace.Later, 40)], (await tiny.Workspace.Search(Request with { Like = $"{TinyWorkspace.Later}:41", Bookmarked = true, Saes = [TinyWorkspace.Later] })).Features.Select(hit => (hit.Sae, hit.Feature)));
        await tiny.Workspace.Label(new() { Sae = TinyWorkspace.Later, Feature = 40, Label = "", Bookmark = BookmarkChange.Remove });
        Assert.DoesNotContain((await tiny.Workspace.Search(new() { Label = "zebra" })).Features, hit => hit.Feature == 40);
    }

    [Fact]
    public async Task A_search_by_nothing_by_two_things_or_by_what_is_not_there_is_refused()
    {
        await Refused<OptionException>(Request, "by 0 things");
        await Refused<OptionException>(Request with { Label = "a", Says = "b" }, "by 2 things");
        await Refused<OptionException>(Request with { Text = ["a"], At = [99] }, "no token 99");
        await Refused<OptionException>(Request with { Text = ["a", "b"], At = [1] }, "one text");
        await Refused<OptionException>(Request with { Says = "hippopotamus of the lake" }, "no single token");
        await Refused<OptionException>(Request with { Says = "#99999999" }, "outside the vocabulary");
        await Refused<OptionException>(Request with { Label = "a", Top = 0 }, "--top");
        await Refused<OptionException>(Request with { Label = "a", MaxDensity = double.NaN }, "--max-density");
        await Refused<LabException>(Request with { Like = $"{TinyWorkspace.Sae}:96" }, "does not exist");
    }

    private async Task Refused<T>(SearchRequest request, string fact) where T : Exception =>
        Assert.Contains(fact, (await Assert.ThrowsAsync<T>(() => tiny.Workspace.Search(request))).Message, StringComparison.Ordinal);
}
