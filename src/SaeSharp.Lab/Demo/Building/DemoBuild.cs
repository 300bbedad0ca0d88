using System.Diagnostics;
using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Demo.Presets;
using SaeSharp.Lab.Demo.Texts;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.LanguageModels;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>Makes the demo in a workspace: every step is a verb that anybody can run by hand.</summary>
/// <param name="request">Sizes.</param>
/// <param name="workspace">The demo's workspace.</param>
internal sealed class DemoBuild(DemoBuildRequest request, Workspace workspace)
{
    private const double Spare = 1.03; // of the texts some are held out for the validation loss
    private const int Batch = 8; // rows of a step: 2,048 tokens
    private readonly string _texts = Path.Combine(workspace.Home, "texts");

    public async Task<DemoBuildResult> Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        OptionException.InRange(request.Layers, 1, 64, "--layers");
        OptionException.InRange(request.DSae, 8, 65_536, "--d-sae");
        Directory.CreateDirectory(_texts);
        var tokenizer = Path.Combine(_texts, "tokenizer");
        var learnt = await Texts("model", request.Seed, (long)(OptionException.Positive(request.Tokens, "--tokens") * Spare) + 1000, tokenizer, progress, cancel).ConfigureAwait(false);
        var model = await workspace.LmTrain(new()
        {
            Texts = learnt, Tokenizer = tokenizer, Tokens = request.Tokens, Layers = request.Layers, DModel = request.DModel, Seed = request.Seed, Dtype = WeightType.Bf16, Context = World.WorldGrammar.Context, Batch = Batch,
            Warmup = (int)Math.Clamp(request.Tokens / (20 * Batch * World.WorldGrammar.Context), 1, 100),
            Resume = true, Out = DemoHome.Model,
        }, progress, cancel).ConfigureAwait(false);
        var check = await workspace.DemoCheck(new() { Model = DemoHome.Model, Requests = request.CheckRequests }, progress, cancel).ConfigureAwait(false);

        // SAEs learn from texts that the model has not seen, as those it is used on will be.
        var fresh = await Texts("saes", request.Seed + 1, OptionException.Positive(request.SaeTokens, "--sae-tokens"), null, progress, cancel).ConfigureAwait(false);
        var saes = new List<string>();
        foreach (var training in DemoRecipes.All(request, DemoHome.Model, fresh))
        {
            var finished = new FinishedTraining(workspace.Home, training);
            saes.AddRange(finished.Saes ?? finished.Keep(await Train(training, progress, cancel).ConfigureAwait(false)));
        }
        if (request.IndexTokens > 0) await workspace.Index(Indexing(saes, fresh), progress, cancel).ConfigureAwait(false);
        var score = request.ScoreTokens == 0 ? null : await workspace.DemoScore(new() { Model = DemoHome.Model, Saes = saes, Tokens = request.ScoreTokens }, progress, cancel).ConfigureAwait(false);
        if (score is not null) TruthShelf.Write(workspace.Home, TruthLabels.From(score));
        string[] everyLayer = [.. saes.Where(sae => sae.StartsWith(DemoRecipes.EveryLayer, StringComparison.Ordinal))];
        var steering = request.SteerRequests == 0 ? null : await workspace.DemoSteer(new() { Model = DemoHome.Model, Saes = everyLayer, Requests = request.SteerRequests }, progress, cancel).ConfigureAwait(false);
        if (steering is not null) PresetFile.Write(workspace.Home, new() { Steering = [.. steering.Ways.Select(SteeringPreset.Of)] });
        var result = new DemoBuildResult(workspace.Home, model, check, saes, score, steering, null, clock.Elapsed.TotalSeconds);
        return request.Bundle is null ? result : result with { BundleBytes = DemoHome.Pack(workspace.Home, request.Bundle, Provenance.Write(request, result)) };
    }

    private async Task<IEnumerable<string>> Train(TrainRequest training, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var trained = await workspace.Train(training, progress, cancel).ConfigureAwait(false);
        foreach (var sae in trained.Saes) HalfWeights.Write(sae.Path);
        return trained.Saes.Select(sae => sae.Name);
    }

    private IndexRequest Indexing(IReadOnlyList<string> saes, string texts) => new()
    {
        Sae = [.. saes], Model = DemoHome.Model, Corpus = new CorpusOptions { Texts = texts, Context = World.WorldGrammar.Context }, Tokens = request.IndexTokens, Top = 8, Intervals = 3, PerInterval = 2,
    };

    private async Task<string> Texts(string name, int seed, long tokens, string? tokenizer, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var file = Path.Combine(_texts, $"{name}-{seed}-{tokens}.jsonl");
        var isThere = File.Exists(file) && (tokenizer is null || Directory.Exists(tokenizer));
        if (!isThere) await Workspace.DemoTexts(new() { Tokens = tokens, Seed = seed, Line = TextLine.Text, Tokenizer = tokenizer, Out = file }, Stream.Null, progress, cancel).ConfigureAwait(false);
        return file;
    }
}
