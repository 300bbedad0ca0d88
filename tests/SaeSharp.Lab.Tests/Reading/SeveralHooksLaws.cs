using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Steering;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Tests.Reading;

/// <summary>Verbs with SAEs that read several hooks or write another one than they read.</summary>
[Collection(typeof(SeveralHooksWorkspaceTests))]
public sealed class SeveralHooksLaws(SeveralHooksWorkspace several) : IDisposable
{
    private const string Prompt = "Once upon a time there was a round hen.";
    private readonly Shelves _shelves = new(several.Home, 2);

    public void Dispose() => _shelves.Dispose();

    [Fact]
    public void Its_input_is_the_rows_of_its_hooks_one_after_another()
    {
        var (model, sae) = (_shelves.Models.Get(TinyWorkspace.Model), _shelves.Saes.Get(several.Crossed.Path));
        using var run = Run(model, sae);
        float[] first = [], second = [];
        model.Transformer.Run(TokenBatch.Of(Ids(model)), new HookSet().Read(SeveralHooksWorkspace.First, value => first = value.Span<float>().ToArray()).Read(SeveralHooksWorkspace.Second, value => second = value.Span<float>().ToArray()), LogitRows.None);
        var width = model.Transformer.Spec.DModel;
        for (var row = 0; row < run.At(sae).RowCount; row++)
            Assert.Equal([.. first[(row * width)..((row + 1) * width)], .. second[(row * width)..((row + 1) * width)]], run.At(sae).Row<float>(row).ToArray());
        Assert.Same(run.At(sae), run.Written(sae));
    }

    [Fact]
    public async Task Reading_says_how_much_of_what_is_written_stays_unexplained()
    {
        var read = await several.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Saes = [several.Crossed.Path, several.Transcoders[0].Path, several.Transcoders[1].Path] });
        Assert.Equal(3, read.Layers.Count);
        Assert.All(read.Layers, layer => Assert.InRange(layer.Tokens.Skip(1).Average(token => token.ErrorShare!.Value), 0, 1));
        Assert.Contains(read.Layers, layer => layer.Hook == $"{SeveralHooksWorkspace.First},{SeveralHooksWorkspace.Second}");

        var (model, sae) = (_shelves.Models.Get(TinyWorkspace.Model), _shelves.Saes.Get(several.Transcoders[0].Path));
        using var run = Run(model, sae);
        var reconstruction = sae.Sae.Reconstruct(run.At(sae));
        var error = 0.0;
        for (var i = 0; i < reconstruction.Columns; i++) error += Math.Pow(run.Written(sae).Row<float>(2)[i] - (double)reconstruction.Row<float>(2)[i], 2);
        Assert.Equal(error / LayerRun.Squares(run.Written(sae).Row<float>(2)), read.Layers.Single(layer => layer.Sae == sae.Name).Tokens[2].ErrorShare!.Value, 1e-9);
    }

    [Fact]
    public async Task A_transcoder_is_scored_by_what_it_writes()
    {
        var request = new Lab.Evaluating.EvalRequest { Sae = several.Transcoders[0].Path, Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 600 };
        var (transcoder, plain) = (await several.Workspace.Eval(request), await several.Workspace.Eval(request with { Sae = several.Plain.Path }));
        Assert.Equal((SeveralHooksWorkspace.Read, SeveralHooksWorkspace.Written, null), (transcoder.Hook, transcoder.HookOut, plain.HookOut));
        Assert.Equal((plain.CeOriginal!.Value, plain.CeZero!.Value, plain.CeMean!.Value, plain.L2NormIn!.Value), (transcoder.CeOriginal!.Value, transcoder.CeZero!.Value, transcoder.CeMean!.Value, transcoder.L2NormIn!.Value));
        Assert.InRange(transcoder.Fvu!.Value, 0.01, 0.95);
        Assert.NotEqual(transcoder.CeOriginal, transcoder.CeSpliced);
        Assert.Equal(transcoder.Fvu, (await several.Workspace.Eval(request with { Metrics = ["fvu"] })).Fvu); // harvested, not spliced
    }

    [Fact]
    public async Task A_crosscoder_is_evaluated_and_indexed_like_any_SAE()
    {
        var request = new Lab.Evaluating.EvalRequest { Sae = several.Crossed.Path, Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 600 };
        var (scored, second) = (await several.Workspace.Eval(request), await several.Workspace.Eval(request with { Sae = several.Last.Path }));
        Assert.InRange(scored.Fvu!.Value, 0.01, 0.9);
        Assert.Equal((second.CeOriginal!.Value, second.CeZero!.Value), (scored.CeOriginal!.Value, scored.CeZero!.Value)); // behind its last hook nothing else is left
        Assert.NotEqual(scored.CeOriginal, scored.CeSpliced);
        foreach (var sae in (string[])[several.Crossed.Path, several.Transcoders[0].Path])
        {
            var index = await several.Workspace.Index(new() { Sae = sae, Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 600 });
            Assert.InRange(index.Saes[0].L0, 1, 6);
            var feature = (await several.Workspace.Features(new() { Sae = sae, AliveOnly = true })).Features[0].Feature;
            Assert.NotEmpty((await several.Workspace.Feature(new() { Sae = sae, Feature = feature })).TopExamples);
        }
        Assert.InRange(scored.L0!.Value, 1, 6);
    }

    [Theory]
    [InlineData(EditOp.Add)]
    [InlineData(EditOp.Set)]
    [InlineData(EditOp.Ablate)]
    [InlineData(EditOp.Minimum)]
    public void A_feature_of_a_transcoder_is_pushed_where_it_is_written_by_its_value_where_it_is_read(EditOp op)
    {
        var (model, sae) = (_shelves.Models.Get(TinyWorkspace.Model), _shelves.Saes.Get(several.Transcoders[0].Path));
        using var natural = Run(model, sae);
        var feature = natural.Codes(sae).RowIndices(3)[0];
        var (f, v) = (natural.Values(sae, feature), sae.UnitDirection(feature));
        var edit = new ResolvedEdit(op, sae.WrittenHook, sae, feature, null, 2.5, Lab.Steering.EditPositions.StartingAt(2));
        using var edited = new LayerRun(model, [sae], Ids(model), EditsFile.Apply([edit], model, Ids(model).Length, new HookSet()), LogitRows.None);
        Assert.Equal(f, edited.Values(sae, feature));
        for (var position = 0; position < f.Length; position++)
        {
            var amount = position < 2 ? 0 : op switch { EditOp.Add => 2.5, EditOp.Set => 2.5 - f[position], EditOp.Ablate => -f[position], _ => Math.Max(f[position], 2.5) - f[position] };
            for (var i = 0; i < v.Length; i++)
                Assert.Equal(amount * v[i], edited.Written(sae).Row<float>(position)[i] - (double)natural.Written(sae).Row<float>(position)[i], 1e-5);
        }
    }

    [Fact]
    public async Task Steering_says_where_it_pushed_and_refuses_a_crosscoder()
    {
        var request = new SteerRequest { Model = TinyWorkspace.Model, Prompt = Prompt, Features = [$"{several.Transcoders[0].Path}:3=2"], MaxTokens = 2 };
        var steered = Assert.Single((await several.Workspace.Steer(request)).Features);
        Assert.Equal(SeveralHooksWorkspace.Written, steered.Hook);
        Assert.Contains("reads 2 hook points at once", (await Assert.ThrowsAsync<LabException>(() => several.Workspace.Steer(request with { Features = [$"{several.Crossed.Path}:3=2"] }))).Message, StringComparison.Ordinal);
    }

    private static int[] Ids(LanguageModel model) => model.Prompt(new ReadRequest { Model = TinyWorkspace.Model, Prompt = Prompt }).Ids;

    private static LayerRun Run(LanguageModel model, LoadedSae sae) => new(model, [sae], Ids(model), new HookSet(), LogitRows.None);
}
