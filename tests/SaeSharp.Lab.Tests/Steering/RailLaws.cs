using System.Text.Json;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Lab.Tests.Steering;

[Collection(typeof(TinyWorkspaceTests))]
public class RailLaws(TinyWorkspace tiny)
{
    private const string Prompt = "Once upon a time there was a round hen.";

    private static SteerRequest Request => new() { Model = TinyWorkspace.Model, Prompt = Prompt, MaxTokens = 6, IgnoreEos = true, Saes = [TinyWorkspace.Sae, TinyWorkspace.Later] };

    [Fact]
    public async Task A_rail_of_the_feature_s_own_layer_is_the_plain_push()
    {
        var (plain, rail) = (await Steer($"{TinyWorkspace.Sae}:3=7"), await Steer($"{TinyWorkspace.Sae}:3@1=7"));
        Assert.Equal(plain.After.Ids, rail.After.Ids);
        Assert.Equal(plain.Kl, rail.Kl);
        Assert.Equal(plain.Features[0].ReencodedValues, rail.Features[0].ReencodedValues);
        Assert.Empty(rail.Vectors);
    }

    [Fact]
    public async Task A_rail_adds_the_direction_at_each_of_its_layers_and_a_ramp_grows_along_it()
    {
        var result = await Steer($"{TinyWorkspace.Sae}:3@all=2..6");
        Assert.Equal([2.0, 6.0], result.Vectors.Select(vector => vector.Coefficient));
        Assert.Equal([0, 2], result.Vectors.Select(vector => vector.Layer!.Value));
        Assert.Equal(4, Assert.Single(result.Features).Coefficient);
        Assert.All(result.Vectors, vector =>
        {
            Assert.Equal($"{TinyWorkspace.Sae}:3", vector.Name);
            Assert.Equal(1, vector.Length!.Value, 1e-5);
            Assert.Equal(vector.Coefficient / vector.MeanNorm, vector.OfNorm!.Value, 1e-5);
        });
        var each = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3@0=2", $"{TinyWorkspace.Sae}:3@1=4", $"{TinyWorkspace.Sae}:3@2=6"] });
        Assert.Equal(each.Kl, result.Kl);
        Assert.Equal(each.After.Ids, result.After.Ids);
    }

    [Fact]
    public async Task A_push_at_another_layer_leaves_earlier_ones_alone_and_nothing_pushed_changes_nothing()
    {
        var later = await Steer($"{TinyWorkspace.Sae}:3@2=9");
        Assert.All(later.Layers[0].ChangeOfNorm, change => Assert.Equal(0, change));
        Assert.All(later.Layers[1].ChangeOfNorm.Skip(1), change => Assert.True(change > 0));
        var none = await Steer($"{TinyWorkspace.Sae}:3@all=0");
        Assert.Equal((0.0, none.Before.Text), (none.Kl, none.After.Text));
        Assert.All(none.Layers, layer => Assert.Equal((0, 0), (layer.Appeared, layer.Vanished)));
    }

    [Theory]
    [InlineData("3@3=1", EditOp.Add, "no layer 3")]
    [InlineData("3@2..1=1", EditOp.Add, "names no feature and coefficient")]
    [InlineData("3@x=1", EditOp.Add, "names no feature and coefficient")]
    [InlineData("3=1..2", EditOp.Add, "names no feature and coefficient")]
    [InlineData("3@all=1", EditOp.Set, "only its own layer")]
    public async Task A_rail_that_cannot_be_is_refused(string push, EditOp op, string fact)
    {
        var error = await Assert.ThrowsAnyAsync<SaeSharpException>(() => tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:{push}"], Op = op }));
        Assert.Contains(fact, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_of_means_goes_from_one_set_of_prompts_to_the_other()
    {
        const string Hook = "blocks.1.hook_resid_post";
        var request = Request with { Toward = ["the sea is cold", "a ship"], From = ["a red hen"], Hooks = [Hook], Positions = EditPositions.Last };
        var once = await tiny.Workspace.Steer(request);
        var (vector, back) = (Assert.Single(once.Vectors), await tiny.Workspace.Steer(request with { Toward = request.From, From = request.Toward, Times = -1 }));
        Assert.Equal(("difference of means", Hook, 1.0), (vector.Name, vector.Hook, vector.Coefficient));
        Assert.True(once.Kl > 0);
        Assert.Equal(once.Kl, back.Kl, 1e-6);
        Assert.Equal(once.After.Ids, back.After.Ids);
        var same = await tiny.Workspace.Steer(request with { From = request.Toward });
        Assert.Equal(0, same.Kl);
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Steer(request with { From = [] }));
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Steer(request with { Hooks = [] }));
    }

    [Fact]
    public async Task Features_that_appeared_or_vanished_fire_in_one_run_only()
    {
        var result = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=30"], Top = 1000 });
        foreach (var layer in result.Layers)
        {
            Assert.Equal((layer.Appeared, layer.Vanished), (layer.TopAppeared.Count, layer.TopVanished.Count));
            var changed = layer.Prompt.Concat(layer.Continuation).ToLookup(change => change.Feature);
            Assert.All(layer.TopAppeared, change => Assert.All(changed[change.Feature], at => Assert.Equal(0, at.Before)));
            Assert.All(layer.TopVanished, change => Assert.All(changed[change.Feature], at => Assert.Equal(0, at.After)));
        }
        Assert.NotEqual(0, result.Layers.Sum(layer => layer.Appeared));
    }

    [Fact]
    public async Task Twins_are_the_most_similar_rows_and_followed_features_are_traced_on_every_token()
    {
        var result = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=7"], Twins = true, Follow = [$"{TinyWorkspace.Later}:5"] });
        var likest = (await tiny.Workspace.Search(new() { Like = $"{TinyWorkspace.Sae}:3", Saes = [TinyWorkspace.Later], Top = 1 })).Features[0];
        var (asked, twin) = (result.Layers[1].Steered[0], result.Layers[1].Steered[1]);
        Assert.Equal((5, (string?)null), (asked.Feature, asked.TwinOf));
        Assert.Equal((likest.Feature, $"{TinyWorkspace.Sae}:3", likest.Score), (twin.Feature, twin.TwinOf, twin.Cosine!.Value));
        Assert.Equal(result.ReadBack.Count, twin.Difference.Count);
    }

    [Fact]
    public async Task Compared_tokens_have_the_probabilities_of_the_next_token_list()
    {
        var plain = await Steer($"{TinyWorkspace.Sae}:3=7");
        var first = plain.NextTokens[0];
        var word = Assert.Single((await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=7"], Words = [$"#{first.Id}"] })).Words);
        Assert.Equal(first.Before, word.Before, 1e-5);
        Assert.Equal(first.After, word.After, 1e-5);
        Assert.Equal(word.RankBefore == 1, plain.NextTokens.All(next => next.Before <= first.Before));
    }

    [Fact]
    public async Task A_sweep_s_cells_are_the_steerings_they_stand_for()
    {
        var sweep = await tiny.Workspace.Sweep(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Feature = $"{TinyWorkspace.Sae}:3", Coefficients = [0, 5, -5], Layers = "1..2", MaxTokens = 6, IgnoreEos = true });
        Assert.Equal([-5, 0, 5], sweep.Coefficients);
        Assert.Equal([1, 2], sweep.Layers.Select(layer => layer.Layer!.Value));
        foreach (var layer in sweep.Layers)
        {
            foreach (var cell in layer.Cells)
            {
                var steered = await Steer(FormattableString.Invariant($"{TinyWorkspace.Sae}:3@{layer.Layer}={cell.Coefficient}"));
                Assert.Equal(steered.Kl, cell.Kl);
                Assert.Equal(steered.After.Text, cell.Text);
            }
            Assert.Equal((0.0, sweep.Text, sweep.Figures.Loss), (layer.Cells[1].Kl, layer.Cells[1].Text, layer.Cells[1].Loss));
            if (layer.Suggested is { } range) Assert.All(layer.Cells.Where(cell => cell.Coefficient >= range.Low && cell.Coefficient <= range.High), cell => Assert.True(cell.Acts && cell.IsLanguage));
        }
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Sweep(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Feature = $"{TinyWorkspace.Sae}:3", Layers = "5" }));
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Sweep(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Feature = $"{TinyWorkspace.Sae}:3", Coefficients = [double.NaN] }));
    }

    [Fact]
    public async Task An_export_holds_the_result_and_a_program_the_request()
    {
        var path = Path.Combine(tiny.Home, "steer.csv");
        var request = Request with { Features = [$"{TinyWorkspace.Sae}:3=7"], Prompt = "it's \"so\"", Out = path };
        var result = await tiny.Workspace.Steer(request);
        var lines = await File.ReadAllLinesAsync(path);
        Assert.Equal(1 + result.Layers.Sum(layer => layer.Prompt.Count + layer.Continuation.Count + layer.TopAppeared.Count + layer.TopVanished.Count + layer.Steered.Sum(trace => trace.Before.Count)), lines.Count(line => line.StartsWith("sae,", StringComparison.Ordinal) || line.StartsWith(TinyWorkspace.Sae, StringComparison.Ordinal) || line.StartsWith(TinyWorkspace.Later, StringComparison.Ordinal)));

        var program = SteeringExport.Program(request);
        var json = program[(program.IndexOf("\"\"\"\"", StringComparison.Ordinal) + 4)..program.LastIndexOf("\"\"\"\"", StringComparison.Ordinal)];
        var again = JsonSerializer.Deserialize<SteerRequest>(json, LabJson.Options)!;
        Assert.Equal(JsonSerializer.Serialize(request with { Out = null }, LabJson.Options), JsonSerializer.Serialize(again, LabJson.Options));
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Steer(request with { Out = "steer.exe" }));
    }

    private Task<SteerResult> Steer(string feature) => tiny.Workspace.Steer(Request with { Features = [feature] });
}
