using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Lab.Library;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>Trains the SAEs of a <see cref="TrainingPlan"/>, all of one seed in lock-step on one stream of activations, and saves each in SAELens' format.</summary>
/// <remarks>A run's checkpoints and log lie in <c>runs/</c> under the hash of what the SAE is to be written to; a finished run leaves a note instead of checkpoints.</remarks>
internal sealed class TrainingRun
{
    private const string LayersFolder = "layers"; // of a cross-layer transcoder, in circuit-tracer's layout

    private readonly TrainRequest _request;
    private readonly Shelves _shelves;
    private readonly string _home;
    private readonly LanguageModel _model;
    private readonly TrainingData _data;
    private readonly TrainingPlan _plan;

    public TrainingRun(TrainRequest request, Shelves shelves, string home)
    {
        (_request, _shelves, _home) = (request, shelves, home);
        if (request.Hooks.Count == 0) throw LabException.NothingToDo("no hook point is named", "Give --hook H, e.g. --hook blocks.1.hook_resid_post; sae info MODEL lists them.");
        _model = shelves.Models.Get(request.Model);
        foreach (var hook in request.Hooks.Concat(request.HookOut)) _model.Transformer.RequireHook(hook);
        _data = TrainingData.Open(request, _model);
        _request = request = request with { Batch = TrainingSettings.Batch(request, _data.Tokens) };
        _plan = new(request, _model, _data, home);
    }

    public TrainResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var (groups, cache, cost) = Prepare();
        progress?.Report(new($"training {_plan.Saes.Count} SAE{(_plan.Saes.Count > 1 ? "s" : "")}, {cost.Text}", 0, 0, 0, null, ""));
        using (_data)
        {
            _data.Harvest(_plan.Hooks, cache, progress, cancel);
            var trained = groups.SelectMany(group => Train(group, progress, cancel)).ToDictionary(sae => sae.Path);
            var seconds = clock.Elapsed.TotalSeconds;
            return new([.. _plan.Saes.Select(sae => trained[sae.Folder])], seconds, trained.Values.Sum(sae => sae.Tokens) / seconds);
        }
    }

    /// <summary>Time and memory that <see cref="Run"/> will take.</summary>
    public string Forecast()
    {
        using (_data) return Prepare().Cost.Text;
    }

    /// <summary>Tries learning rates on the stream that <see cref="Run"/> would train on, and leaves nothing behind.</summary>
    public RateResult FindRates(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var curves = new List<RateCurve>();
        Cost(1, 0).Require();
        var meter = new ProgressMeter(progress, "trying learning rates", _plan.Saes.Count, "SAEs");
        meter.Report(0);
        using (_data)
        {
            _data.Harvest(_plan.Hooks, 0, progress, cancel);
            foreach (var group in _plan.Saes.GroupBy(sae => sae.Options.Seed).Select(group => group.ToArray()))
            {
                var sources = Sources(group);
                foreach (var planned in group)
                {
                    var curve = LearningRateSearch.Run(planned.Config, planned.Options, sources[planned.Rows.Layout.ToString()], _shelves.Backend, new(), cancel);
                    curves.Add(new(planned.Label, planned.Options.Rate.Peak, curve.Suggested, curve.Lowest, curve.Steepest, curve.End, [.. curve.Points.Select(point => new RatePoint(point.Rate, point.Loss, point.Smoothed))]));
                    meter.Report(curves.Count);
                }
            }
        }
        return new(curves, clock.Elapsed.TotalSeconds);
    }

    /// <summary>The SAEs of each seed, the memory in which their activations are kept, and what all of it will take; throws where the machine has not the memory.</summary>
    private (PlannedSae[][] Groups, long Cache, TrainingCost Cost) Prepare()
    {
        PlannedSae[][] groups = [.. _plan.Saes.GroupBy(sae => sae.Options.Seed).Select(group => group.ToArray())];
        var cache = groups.Length > 1 ? (long)OptionException.NotNegative(_request.CacheMiB, "--cache-mib") << 20 : 0;
        var cost = Cost(groups.Length, cache);
        cost.Require();
        return (groups, cache, cost);
    }

    /// <summary>What this will take.</summary>
    private TrainingCost Cost(int groups, long cache)
    {
        var width = _plan.Hooks.Sum(hook => (double)_data.Width(RowLayout.Parse(hook)));
        var (kept, epoch, most) = (_data.Tokens * width * sizeof(float), _data.Tokens * width * _request.BufferDtype.Held().Size(), (double)BufferMiB(_plan.Hooks.Count) * (1 << 20));
        var (isKept, buffer) = (_data.Harvests && kept <= cache, Math.Min(most, epoch));
        // An epoch that does not fit into the buffer is harvested each time, and once more for the mean norm.
        var passes = epoch <= most ? 1 : Math.Ceiling((double)_plan.Steps * _request.Batch / _data.Tokens) + (_request.Normalise is "expected-average" or "mean-square" or "whitening" ? 1 : 0);
        if (_request.Loss != TrainedLoss.Mse) // there, behind the SAE there and back, and with kl there once more
            return TrainingCost.Of(_plan, _model, _request.Batch, 2.0 * _model.Transformer.WeightBytes, (_request.Loss == TrainedLoss.Ce ? 4.0 : 5) * _plan.Steps * _request.Batch, _shelves.Backend.Threads);
        var harvested = !_data.Harvests ? 0 : isKept ? _data.Tokens : _data.Tokens * groups * passes;
        return TrainingCost.Of(_plan, _model, _request.Batch, buffer + (isKept ? kept : 0), harvested, _shelves.Backend.Threads);
    }

    private int BufferMiB(int hooks) => checked(OptionException.Positive(_request.BufferMiB, "--buffer-mib") * hooks);

    /// <summary>Trains SAEs of one seed together: one buffer, whose rows hold all their hooks side by side.</summary>
    private List<TrainedSae> Train(PlannedSae[] group, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (done, members) = (new List<TrainedSae>(), new List<TrainedMember>());
        try
        {
            Dictionary<string, ActivationSource>? sources = null;
            foreach (var planned in group)
            {
                var run = RunFolder.Open(planned, RunInfo.Of(planned, _request, _shelves.Backend.Threads), _data, _model, _request.Resume, _home);
                if (run.Finished(Command) is { } finished && _shelves.Saes.Find(finished.Path) is not null && _shelves.Saes.Get(finished.Path).WeightsSha256 == finished.WeightsSha256)
                {
                    done.Add(finished);
                    continue;
                }
                sources ??= Sources(group);
                members.Add(new(planned, run, SaeTrainer.Resume(run.Path, planned.Config, planned.Options, sources[planned.Rows.Layout.ToString()], _shelves.Backend, (sources[planned.Rows.Layout.ToString()] as SplicedSource)?.Downstream)));
            }
            if (members.Count == 0) return done;
            var meter = new ProgressMeter(progress, members.Count > 1 ? $"training {members.Count} SAEs" : $"training {members[0].Planned.Label}", members.Sum(member => member.TotalTokens), "tokens");
            var before = members.Sum(member => member.Tokens);
            new TrainingGroup([.. members.Select(member => member.Join(() => meter.Report(members.Sum(one => one.Tokens), () => TrainedMember.Figures(members), before)))]).Run(cancel);
            foreach (var member in members.Where(member => member.Failure is null)) done.Add(Save(member));
        }
        finally
        {
            foreach (var member in members) member.Dispose();
        }
        if (members.FirstOrDefault(member => member.Failure is not null) is not { } failed) return done;
        throw group.Length == 1 ? failed.Failure! : LabException.NotTrained(failed.Planned.Label, failed.Failure!, done.Count);
    }

    /// <summary>The batches of SAEs of one seed, by their layout.</summary>
    private Dictionary<string, ActivationSource> Sources(PlannedSae[] group)
    {
        var layouts = group.Select(sae => sae.Rows.Layout).DistinctBy(layout => layout.ToString()).ToDictionary(layout => layout.ToString());
        var seed = group[0].Options.Seed;
        if (_request.Loss != TrainedLoss.Mse)
        {
            var corpus = _data.Corpus ?? throw OptionException.Invalid($"--loss {_request.Loss.ToString().ToLowerInvariant()} runs the model, and an activation store was given.", "Give --texts FILE instead of --activations.");
            var net = DifferentiableTransformer.Load(_model.Path, _shelves.Backend);
            return layouts.ToDictionary(layout => layout.Key, layout => (ActivationSource)new SplicedSource(_model, net, corpus, layout.Key, _request.Batch, seed, _request.Loss));
        }
        var buffer = new ShuffledBuffer(_data.At(new([.. layouts.Values.SelectMany(layout => layout.Parts)]), seed), _request.Batch, BufferMiB(layouts.Count), seed, _request.BufferDtype.Held());
        return layouts.Keys.Zip(ColumnSource.Split(buffer, [.. layouts.Values.Select(_data.Width)])).ToDictionary(pair => pair.First, pair => (ActivationSource)pair.Second);
    }

    private TrainedSae Save(TrainedMember member)
    {
        var planned = member.Planned;
        Directory.CreateDirectory(Path.GetDirectoryName(planned.Folder)!);
        Leftovers.Remove(planned.Folder);
        var sae = member.Trainer.Snapshot();
        SaeFolder.Save(sae, planned.Folder);
        if (sae.Config.IsCrossLayer) SaeFolder.SaveLayers(sae, Path.Combine(planned.Folder, LayersFolder));
        _shelves.Saes.Forget(planned.Folder);
        var saved = _shelves.Saes.Get(planned.Folder);
        var trained = new TrainedSae(
            saved.Name, planned.Folder, planned.Hook, planned.Options.Steps, member.TotalTokens,
            member.Mean(step => step.Loss), member.Mean(step => 1 - step.ExplainedVariance), member.Mean(step => step.L0), member.Last.Dead, saved.WeightsSha256);
        member.Run.Finish(Command, trained);
        return trained;
    }

    /// <summary>All that decides the result.</summary>
    private string Command => JsonSerializer.Serialize(_request with { Resume = false, CheckpointEvery = 0, CacheMiB = 0 }, LabJson.Options);
}
