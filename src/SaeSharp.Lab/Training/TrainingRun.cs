using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>Trains the SAEs of a <see cref="TrainingPlan"/> and saves each in SAELens' format.</summary>
/// <remarks>A run's checkpoints and log lie in <c>runs/</c> under the hash of what the SAE is to be written to; a finished run leaves a note instead of checkpoints.</remarks>
internal sealed class TrainingRun
{
    private const int LastSteps = 20; // over which the reported figures are averaged
    private readonly TrainRequest _request;
    private readonly Shelves _shelves;
    private readonly string _home;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly TrainingPlan _plan;

    public TrainingRun(TrainRequest request, Shelves shelves, string home)
    {
        (_request, _shelves, _home) = (request, shelves, home);
        if (request.Hooks.Count == 0) throw LabException.NothingToDo("no hook point is named", "Give --hook H, e.g. --hook blocks.1.hook_resid_post; sae info MODEL lists them.");
        _model = shelves.Models.Get(request.Model);
        foreach (var hook in request.Hooks.Concat(request.HookOut)) _model.Transformer.RequireHook(hook);
        _corpus = Corpus.Read(request.Corpus, _model);
        _plan = new(request, _model, _corpus, home);
    }

    public TrainResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var cache = _plan.Saes.Count > 1 ? (long)OptionException.NotNegative(_request.CacheMiB, "--cache") << 20 : 0;
        var cost = Cost(cache);
        cost.Require();
        progress?.Report(new($"training {_plan.Saes.Count} SAE{(_plan.Saes.Count > 1 ? "s" : "")}, {cost.Text}", 0, 0, 0, null, ""));
        using var activations = CorpusActivations.Open(_model, _corpus, _plan.Hooks, _request.Seed[0], cache, progress, cancel);
        var saes = _plan.Saes.Select(sae => Train(sae, activations.At(sae.Rows.Layout), progress, cancel)).ToList();
        var seconds = clock.Elapsed.TotalSeconds;
        return new(saes, seconds, saes.Sum(sae => sae.Tokens) / seconds);
    }

    /// <summary>What this will take.</summary>
    private TrainingCost Cost(long cache)
    {
        var kept = _plan.Hooks.Sum(hook => (double)_corpus.KeptTokens * _model.Transformer.HookWidth(hook) * sizeof(float));
        var buffer = _plan.Saes.Max(sae => Math.Min((double)_request.BufferMiB * (1 << 20), (double)_corpus.KeptTokens * sae.RowWidth * sizeof(float)));
        var isKept = kept <= cache;
        var tokens = (double)_plan.Steps * _request.Batch;
        return TrainingCost.Of(_plan, _model, _request.Batch, buffer + (isKept ? kept : 0), isKept ? _corpus.KeptTokens : tokens * _plan.Saes.Count, _shelves.Backend.Threads);
    }

    private TrainedSae Train(PlannedSae planned, ActivationStream stream, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var source = new ShuffledBuffer(stream, _request.Batch, _request.BufferMiB, planned.Options.Seed);
        var run = RunFolder.Open(planned, RunInfo.Of(planned, _request, _shelves.Backend.Threads), _corpus, _model, _request.Corpus, _request.Resume, _home);
        if (run.Finished(Command) is { } finished && _shelves.Saes.Find(finished.Path) is not null && _shelves.Saes.Get(finished.Path).WeightsSha256 == finished.WeightsSha256) return finished;
        var trainer = SaeTrainer.Resume(run.Path, planned.Config, planned.Options, source, _shelves.Backend);

        var last = new Queue<StepReport>();
        var meter = new ProgressMeter(progress, $"training {planned.Label}", planned.Options.Steps * (long)_request.Batch, "tokens");
        var before = (long)trainer.Step * _request.Batch;
        using var log = new RunLog(run.Path, trainer.Step, planned.Options.Steps);
        var sae = trainer.Run(run.Path, step =>
        {
            log.Add(step);
            if (!double.IsFinite(step.Loss)) return;
            last.Enqueue(step);
            if (last.Count > LastSteps) last.Dequeue();
            meter.Report(step.Tokens, () => new Dictionary<string, double> { ["loss"] = step.Loss, ["fvu"] = 1 - step.ExplainedVariance, ["l0"] = step.L0, ["dead"] = step.Dead }, before);
        }, cancel);

        var trained = Save(planned, sae, last);
        run.Finish(Command, trained);
        return trained;
    }

    private TrainedSae Save(PlannedSae planned, SparseAutoencoder sae, Queue<StepReport> last)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(planned.Folder)!);
        Leftovers.Remove(planned.Folder);
        SaeFolder.Save(sae, planned.Folder);
        _shelves.Saes.Forget(planned.Folder);
        var saved = _shelves.Saes.Get(planned.Folder);
        return new(
            saved.Name, planned.Folder, planned.Hook, planned.Options.Steps, planned.Options.Steps * (long)_request.Batch,
            Mean(last, step => step.Loss), Mean(last, step => 1 - step.ExplainedVariance), Mean(last, step => step.L0), last.LastOrDefault().Dead, saved.WeightsSha256);
    }

    /// <summary>All that decides the result.</summary>
    private string Command => JsonSerializer.Serialize(_request with { Resume = false, CheckpointEvery = 0, CacheMiB = 0 }, LabJson.Options);

    private static double Mean(IEnumerable<StepReport> steps, Func<StepReport, double> value) => steps.Select(value).DefaultIfEmpty().Average();
}
