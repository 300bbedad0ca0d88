using SaeSharp.Lab.Library;
using SaeSharp.Lab.Steering;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Tests.Steering;

/// <summary>Controls are pushes of the same size that have nothing to do with the feature.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class ControlLaws(TinyWorkspace tiny)
{
    private static SteerRequest Request => new() { Model = TinyWorkspace.Model, Prompt = "Once upon a time there was a round hen.", MaxTokens = 5, IgnoreEos = true, Saes = [TinyWorkspace.Sae, TinyWorkspace.Later] };

    [Fact]
    public void Every_control_is_as_long_as_what_it_stands_for()
    {
        using var shelves = new Shelves(tiny.Home, 1);
        var (model, early, late) = (shelves.Models.Get(TinyWorkspace.Model), shelves.Saes.Get(TinyWorkspace.Sae), shelves.Saes.Get(TinyWorkspace.Later));
        ResolvedEdit Add(LoadedSae sae, int feature, double c, EditPositions where) => new(EditOp.Add, sae.Hook, sae, feature, null, c, where);
        ResolvedEdit[] edits = [Add(early, 1, 3, EditPositions.Last), Add(early, 2, -5, EditPositions.Last), Add(late, 3, 2, EditPositions.All)];
        var controls = new ControlDraw(model, edits, _ => null, 7).Draw(6);

        Assert.Equal([ControlKind.Opposite, .. Enumerable.Repeat(ControlKind.Feature, 6), .. Enumerable.Repeat(ControlKind.Direction, 6)], controls.Select(control => control.Kind));
        Assert.Equal([-3, 5, -2], controls[0].Edits.Select(edit => edit.Coefficient));
        foreach (var (kind, control) in controls)
        {
            foreach (var hook in new[] { early.Hook, late.Hook }) Assert.Equal(Length(edits, hook), Length(control, hook), 1e-5);
            Assert.Equal(edits.Select(edit => edit.Positions).Distinct(), control.Select(edit => edit.Positions).Distinct());
            if (kind == ControlKind.Feature) Assert.DoesNotContain(control, edit => edits.Any(own => own.Sae == edit.Sae && own.Feature == edit.Feature));
        }
        Assert.Equal(13, controls.Select(control => string.Join(' ', control.Edits.Select(edit => edit.Vector is null ? $"{edit.Feature} {edit.Coefficient}" : $"{edit.Vector.Read(0)}"))).Distinct().Count());
    }

    [Fact]
    public async Task Controls_stand_beside_the_result_and_change_nothing_of_it()
    {
        var with = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=12"], Controls = 2 });
        var without = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=12"] });
        Assert.Equal((without.Kl, without.After.Text, without.Before.Text), (with.Kl, with.After.Text, with.Before.Text));
        Assert.Empty(without.Controls);
        Assert.Equal(5, with.Controls.Count);
        Assert.All(with.Controls, control => Assert.True(control is { Kl: > 0, Figures: { Loss: > 0, Repetition: >= 0 } }));
        var opposite = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=-12"] });
        Assert.Equal((opposite.Kl, opposite.After.Text), (with.Controls[0].Kl, with.Controls[0].Text.Text));
        Assert.Equal(with.Controls.Select(control => control.Kl), (await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=12"], Controls = 2 })).Controls.Select(control => control.Kl));
    }

    [Fact]
    public async Task A_push_that_adds_nothing_has_other_features_as_controls_only()
    {
        var result = await tiny.Workspace.Steer(Request with { Op = EditOp.Set, Features = [$"{TinyWorkspace.Sae}:3=12"], Controls = 3 });
        Assert.Equal(Enumerable.Repeat(ControlKind.Feature, 3), result.Controls.Select(control => control.Kind));
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=12"], Controls = 1000 }));
    }

    [Fact]
    public async Task A_prompt_that_asks_for_it_is_continued_without_the_push()
    {
        const string asked = "The dog ran to the";
        var result = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=12"], Instead = asked });
        var alone = await tiny.Workspace.Generate(new() { Model = TinyWorkspace.Model, Prompt = asked, MaxTokens = Request.MaxTokens, IgnoreEos = true });

        var control = Assert.Single(result.Controls);
        Assert.Equal((ControlKind.Prompt, alone.Text), (control.Kind, control.Text.Text));
        Assert.True(control.Kl > 0 && result.BeforeFigures is not null && control.Features.Count == 0);
        var same = await tiny.Workspace.Steer(Request with { Features = [$"{TinyWorkspace.Sae}:3=12"], Instead = Request.Prompt });
        Assert.Equal((0, same.Before.Text), (Math.Round(same.Controls[0].Kl, 6), same.Controls[0].Text.Text));
    }

    private static double Length(IEnumerable<ResolvedEdit> edits, string hook)
    {
        var sum = new double[64];
        foreach (var edit in edits.Where(edit => edit.Hook == hook))
        {
            float[] v = edit.Sae?.UnitDirection(edit.Feature) ?? edit.Vector!.Span<float>().ToArray();
            for (var i = 0; i < v.Length; i++) sum[i] += edit.Coefficient * v[i];
        }
        return Math.Sqrt(sum.Sum(value => value * value));
    }
}
