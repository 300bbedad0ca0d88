using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Lab.Tests.Steering;

[Collection(typeof(TinyWorkspaceTests))]
public class SteeringLaws(TinyWorkspace tiny)
{
    private const string Prompt = "Once upon a time there was a round hen.";

    [Fact]
    public async Task A_coefficient_of_0_changes_nothing()
    {
        var result = await Steer($"{TinyWorkspace.Sae}:{await Active()}=0");
        Assert.Equal(result.Before.Ids, result.After.Ids);
        Assert.Equal(0, result.Kl);
        Assert.All(result.Layers, layer =>
        {
            Assert.Empty(layer.Prompt);
            Assert.Empty(layer.Continuation);
            Assert.All(layer.ChangeOfNorm, change => Assert.Equal(0, change));
            Assert.All(layer.Steered, trace => Assert.All(trace.Difference, difference => Assert.Equal(0, difference)));
        });
    }

    [Fact]
    public async Task The_natural_coefficient_is_what_reading_the_prompt_gives()
    {
        var feature = await Active();
        var read = (await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Follow = [$"{TinyWorkspace.Sae}:{feature}"] })).Followed[0];
        var steered = (await Steer($"{TinyWorkspace.Sae}:{feature}=2x")).Features[0];
        Assert.True(read.Max > 0);
        Assert.Equal((read.Max, read.MaxPosition, read.IndexMax), (steered.Natural, steered.NaturalPosition, steered.IndexMax));
        Assert.Equal(read.Values, steered.NaturalValues);
        Assert.Equal(2 * read.Max, steered.Coefficient);
        Assert.Equal(2, steered.TimesNatural!.Value, 1e-12);
    }

    [Fact]
    public async Task A_push_reaches_the_layers_from_its_own_on_and_leaves_bos_alone()
    {
        var result = await Steer($"{TinyWorkspace.Later}:3=20");
        var (earlier, own) = (result.Layers[0], result.Layers[1]);
        Assert.All(earlier.ChangeOfNorm, change => Assert.Equal(0, change));
        Assert.Equal(0, own.ChangeOfNorm[0]);
        Assert.All(own.ChangeOfNorm.Skip(1), change => Assert.True(change > 0));
        Assert.True(result.Kl > 0);
    }

    [Fact]
    public async Task An_added_coefficient_is_how_far_h_moves()
    {
        var norms = (await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Saes = [TinyWorkspace.Sae] })).Layers[0].Tokens;
        var changes = (await Steer($"{TinyWorkspace.Sae}:3=7")).Layers[0].ChangeOfNorm;
        for (var position = 1; position < norms.Count; position++) Assert.Equal(7, changes[position] * norms[position].Norm, 1e-3);
    }

    [Fact]
    public async Task Ablating_a_feature_that_does_not_fire_changes_nothing()
    {
        var features = (await tiny.Workspace.Features(new() { Sae = TinyWorkspace.Sae, Order = FeatureOrder.Index, Take = 96 })).Features;
        var reading = (await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Saes = [TinyWorkspace.Sae], Top = 96 })).Layers[0];
        var silent = features.First(feature => reading.Tokens.All(token => token.Features.All(on => on.Feature != feature.Feature))).Feature;
        var result = await tiny.Workspace.Steer(Request with { Op = EditOp.Ablate, Positions = EditPositions.Prompt, Features = [$"{TinyWorkspace.Sae}:{silent}"] });
        Assert.Equal(0, result.Kl);
        Assert.Contains("does not use", result.Features[0].Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edits_file_does_what_the_flags_do()
    {
        var feature = await Active();
        var path = Path.Combine(tiny.Home, "edits.json");
        await File.WriteAllTextAsync(path, $$"""[{"op":"set","vector":{"sae":"{{TinyWorkspace.Sae}}","feature":{{feature}}},"coefficient":9.5,"positions":"1.."}]""");
        var flags = await tiny.Workspace.Steer(Request with { Op = EditOp.Set, Features = [$"{TinyWorkspace.Sae}:{feature}=9.5"] });
        var file = await tiny.Workspace.Steer(Request with { Edits = path });
        Assert.Equal(flags.After.Ids, file.After.Ids);
        Assert.Equal(flags.Kl, file.Kl);
        Assert.Equal(flags.Features[0].ReencodedValues, file.Features[0].ReencodedValues);
    }

    [Fact]
    public async Task A_condition_lets_an_edit_act_at_the_tokens_where_its_feature_is_above_the_value()
    {
        var feature = await Active();
        var values = (await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Follow = [$"{TinyWorkspace.Sae}:{feature}"] })).Followed[0].Values;
        var half = values.Max() / 2;
        var first = values.ToList().FindIndex(value => value > half);
        foreach (var reach in Enum.GetValues<ConditionReach>())
        {
            var result = await tiny.Workspace.Steer(Request with
            {
                Features = [$"{TinyWorkspace.Sae}:3=7"],
                When = FormattableString.Invariant($"{TinyWorkspace.Sae}:{feature}>{half:R}"),
                Reach = reach,
                Positions = EditPositions.Prompt,
            });
            for (var position = 0; position < values.Count; position++)
                Assert.Equal(reach == ConditionReach.Since ? position >= first : values[position] > half, result.Layers[0].ChangeOfNorm[position] > 0);
        }
    }

    [Fact]
    public async Task A_condition_that_always_holds_changes_nothing_of_an_edit()
    {
        var plain = await Steer($"{TinyWorkspace.Later}:3=20");
        foreach (var sae in (string[])[TinyWorkspace.Sae, TinyWorkspace.Later])
        {
            var conditional = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Later}:3=20"], When = $"{sae}:0>-1" });
            Assert.Equal(plain.After.Ids, conditional.After.Ids);
            Assert.Equal(plain.Kl, conditional.Kl);
        }
    }

    [Theory]
    [InlineData("tiny", "expected SAE:N>T")]
    [InlineData("later:0>1", "comes after the edit's hook")]
    public async Task A_condition_that_cannot_be_read_in_time_is_refused(string condition, string fact)
    {
        var when = condition == "tiny" ? condition : condition.Replace("later", TinyWorkspace.Later, StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<LabException>(() => tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=7"], When = when }));
        Assert.Contains(fact, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all")]
    [InlineData("prompt")]
    [InlineData("generated")]
    [InlineData("last")]
    [InlineData("3..")]
    [InlineData("[2,5]")]
    public void Positions_read_back_as_they_are_written(string text)
    {
        var positions = EditPositions.Parse(text);
        var json = System.Text.Json.JsonSerializer.Serialize(positions, LabJson.Options);
        Assert.Equal(text, positions.ToString());
        Assert.Equal(positions, System.Text.Json.JsonSerializer.Deserialize<EditPositions>(json, LabJson.Options));
    }

    private static SteerRequest Request => new() { Model = TinyWorkspace.Model, Prompt = Prompt, MaxTokens = 6, IgnoreEos = true, Saes = [TinyWorkspace.Sae, TinyWorkspace.Later] };

    private Task<SteerResult> Steer(string feature) => tiny.Workspace.Steer(Request with { Features = [feature] });

    /// <summary>A feature that the prompt uses.</summary>
    private async Task<int> Active() =>
        (await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Saes = [TinyWorkspace.Sae] })).Layers[0].Tokens[^1].Features[0].Feature;
}
