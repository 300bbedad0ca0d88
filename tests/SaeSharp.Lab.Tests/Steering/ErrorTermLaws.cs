using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Lab.Tests.Steering;

/// <summary>Steering without the error term: h becomes what the decoder makes of the changed code, checked with the numbers that taking a token apart gives.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public class ErrorTermLaws(TinyWorkspace tiny)
{
    private const string Prompt = "Once upon a time there was a round hen.";

    [Theory, InlineData(EditOp.Add, 3.0), InlineData(EditOp.Set, 5.0), InlineData(EditOp.Scale, 2.0), InlineData(EditOp.Ablate, 0.0)]
    public async Task H_becomes_the_decoded_code_with_the_feature_changed(EditOp op, double c)
    {
        var anatomy = await Anatomy(5);
        var (f, h) = (anatomy.Features[0], anatomy.Activation);
        var result = await Steer($"{TinyWorkspace.Sae}:{f.Feature}={c}", op, withoutError: true);
        var amount = op switch { EditOp.Add => c, EditOp.Set => c - f.Value, EditOp.Scale => (c - 1) * f.Value, _ => -f.Value };
        double[] decoded = [.. anatomy.Base.Select((value, i) => value + anatomy.Features.Sum(feature => feature.Adds[i]) + amount * f.Adds[i] / f.Value)];
        var change = Math.Sqrt(decoded.Zip(h, (now, old) => (now - old) * (now - old)).Sum()) / anatomy.Norm;

        Assert.Equal(change, result.Layers[0].ChangeOfNorm[anatomy.Position], 1e-5);
        Assert.StartsWith("h = ĥ", result.Features[0].Formula, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_pushed_is_the_reconstruction_alone()
    {
        var read = (await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Saes = [TinyWorkspace.Sae] })).Layers[0].Tokens;
        var result = await Steer($"{TinyWorkspace.Sae}:3=0", EditOp.Add, withoutError: true);

        Assert.Equal(0, result.Layers[0].ChangeOfNorm[0]); // BOS is left alone
        for (var position = 1; position < read.Count; position++) Assert.Equal(read[position].ErrorShare!.Value, Math.Pow(result.Layers[0].ChangeOfNorm[position], 2), 1e-5);
        Assert.Equal(result.Kl, result.KlOfReconstruction!.Value, 1e-6);
        Assert.True(result.Kl > 0);
    }

    [Fact]
    public async Task With_the_error_term_no_figure_speaks_of_a_reconstruction()
    {
        var result = await Steer($"{TinyWorkspace.Sae}:3=2", EditOp.Add, withoutError: false);

        Assert.Null(result.KlOfReconstruction);
        Assert.Equal("h += C·v", result.Features[0].Formula);
    }

    [Fact]
    public async Task Controls_leave_the_error_term_out_too()
    {
        var request = Request($"{TinyWorkspace.Sae}:3=0", EditOp.Add, withoutError: true) with { Controls = 1 };
        var result = await tiny.Workspace.Steer(request);

        Assert.NotEmpty(result.Controls);
        Assert.All(result.Controls, control => Assert.Equal(result.KlOfReconstruction!.Value, control.Kl, 1e-6)); // as long as the push: not at all
    }

    [Fact]
    public async Task A_sweep_pushes_the_reconstruction_as_steering_does()
    {
        var sweep = await tiny.Workspace.Sweep(new() { Model = TinyWorkspace.Model, Prompt = Prompt, MaxTokens = 4, Feature = $"{TinyWorkspace.Sae}:3", Coefficients = [0, 2], WithoutError = true });
        var steered = await Steer($"{TinyWorkspace.Sae}:3=2", EditOp.Add, withoutError: true);

        Assert.Equal(steered.KlOfReconstruction!.Value, sweep.KlOfReconstruction!.Value, 1e-6);
        Assert.Equal([steered.KlOfReconstruction!.Value, steered.Kl], sweep.Layers[0].Cells.Select(cell => cell.Kl), (one, other) => Math.Abs(one - other) < 1e-6);
        Assert.Equal(steered.After.Text, sweep.Layers[0].Cells[1].Text);
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Sweep(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Feature = $"{TinyWorkspace.Sae}:3", Layers = "all", WithoutError = true }));
    }

    [Fact]
    public async Task A_push_at_another_layer_alone_is_refused()
    {
        var error = await Assert.ThrowsAsync<OptionException>(() => Steer($"{TinyWorkspace.Sae}:3@2=2", EditOp.Add, withoutError: true));

        Assert.Contains("at its own hook", error.Message, StringComparison.Ordinal);
    }

    private async Task<TokenAnatomyResult> Anatomy(int position)
    {
        var anatomy = await tiny.Workspace.Anatomy(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Sae = TinyWorkspace.Sae, Position = position, Most = 256 });
        Assert.Equal(anatomy.Active, anatomy.Features.Count);
        return anatomy;
    }

    private Task<SteerResult> Steer(string feature, EditOp op, bool withoutError) => tiny.Workspace.Steer(Request(feature, op, withoutError));

    private static SteerRequest Request(string feature, EditOp op, bool withoutError) => new() { Model = TinyWorkspace.Model, Prompt = Prompt, MaxTokens = 4, Saes = [TinyWorkspace.Sae, TinyWorkspace.Later], Features = [feature], Op = op, WithoutError = withoutError };
}
