using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Training;

/// <summary>Trains one SAE at each hook point and saves it in SAELens' format.</summary>
/// <remarks>A run's checkpoints lie in <c>runs/</c> under the hash of what the SAE is to be written to; a finished run leaves a note there instead.</remarks>
internal sealed class TrainingRun
{
    private const string FinishedFile = "finished.json";
    private const int LastSteps = 20; // over which the reported figures are averaged
    private readonly TrainRequest _request;
    private readonly Shelves _shelves;
    private readonly string _home;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;

    public TrainingRun(TrainRequest request, Shelves shelves, string home)
    {
        (_request, _shelves, _home) = (request, shelves, home);
        if (request.Hooks.Count == 0) throw LabException.NothingToDo("no hook point is named", "Give --hook H, e.g. --hook blocks.1.hook_resid_post; sae info MODEL lists them.");
        _model = shelves.Models.Get(request.Model);
        foreach (var hook in request.Hooks) _model.Transformer.RequireHook(hook);
        if (!SaeCatalog.Names.Contains(request.Arch)) throw OptionException.Invalid(
            $"There is no architecture '{request.Arch}'.", $"Known are: {string.Join(", ", SaeCatalog.Names)}.");
        _corpus = Corpus.Read(request.Corpus, _model);
    }

    public TrainResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        string[] hooks = [.. _request.Hooks.Distinct()];
        var cache = hooks.Length > 1 ? (long)OptionException.NotNegative(_request.CacheMiB, "--cache") << 20 : 0;
        using var activations = CorpusActivations.Open(_model, _corpus, hooks, _request.Seed, cache, progress, cancel);
        var saes = hooks.Select(hook => Train(hook, FolderOf(hook, hooks.Length > 1), activations.At(hook), progress, cancel)).ToList();
        var seconds = clock.Elapsed.TotalSeconds;
        return new(saes, seconds, saes.Sum(sae => sae.Tokens) / seconds);
    }

    private TrainedSae Train(string hook, string folder, ActivationStream stream, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var source = new ShuffledBuffer(stream, OptionException.Positive(_request.Batch, "--batch"), _request.BufferMiB, _request.Seed);
        var (config, options) = (Config(hook), Options());
        var checkpoints = Path.Combine(_home, "runs", ContentHash.OfText(folder)[..16]);
        PrepareCheckpoints(checkpoints, hook);
        if (Finished(checkpoints) is { } finished) return finished;
        var trainer = SaeTrainer.Resume(checkpoints, config, options, source, _shelves.Backend);

        var last = new Queue<StepReport>();
        var meter = new ProgressMeter(progress, $"training {hook}", options.Steps * (long)_request.Batch, "tokens");
        var sae = trainer.Run(checkpoints, step =>
        {
            last.Enqueue(step);
            if (last.Count > LastSteps) last.Dequeue();
            meter.Report(step.Tokens, () => new Dictionary<string, double> { ["loss"] = step.Loss, ["fvu"] = 1 - step.ExplainedVariance, ["l0"] = step.L0, ["dead"] = step.Dead });
        }, cancel);

        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        Leftovers.Remove(folder);
        SaeFolder.Save(sae, folder);
        _shelves.Saes.Forget(folder);
        var saved = _shelves.Saes.Get(folder);
        var trained = new TrainedSae(
            saved.Name, folder, hook, options.Steps, options.Steps * (long)_request.Batch,
            Mean(last, step => step.Loss), Mean(last, step => 1 - step.ExplainedVariance), Mean(last, step => step.L0), last.LastOrDefault().Dead, saved.WeightsSha256);
        AtomicFile.Write(Path.Combine(checkpoints, FinishedFile), JsonSerializer.SerializeToUtf8Bytes(new FinishedRun(Command, trained), LabJson.Options));
        foreach (var step in Directory.EnumerateDirectories(checkpoints)) Directory.Delete(step, recursive: true);
        return trained;
    }

    /// <summary>The SAE of a run of the same command that was finished, e.g. the first of several hooks; null where there is none or its weights have changed since.</summary>
    private TrainedSae? Finished(string checkpoints)
    {
        var file = Path.Combine(checkpoints, FinishedFile);
        if (!File.Exists(file)) return null;
        var run = JsonSerializer.Deserialize<FinishedRun>(File.ReadAllBytes(file), LabJson.Options);
        return run is not null && run.Command == Command && _shelves.Saes.Find(run.Sae.Path) is not null && _shelves.Saes.Get(run.Sae.Path).WeightsSha256 == run.Sae.WeightsSha256 ? run.Sae : null;
    }

    /// <summary>All that decides the result.</summary>
    private string Command => JsonSerializer.Serialize(_request with { Resume = false, CheckpointEvery = 0, CacheMiB = 0 }, LabJson.Options);

    private SaeConfig Config(string hook)
    {
        var dIn = _model.Transformer.HookWidth(hook);
        return new()
        {
            Architecture = _request.Arch, DIn = dIn, DSae = _request.DSae > 0 ? _request.DSae : OptionException.NotNegative(_request.DSae, "--d-sae") + 8 * dIn,
            K = _request.Arch == "topk" ? OptionException.Positive(_request.K, "--k") : 0, RescaleActsByDecoderNorm = _request.Arch == "topk",
            ModelName = _model.Name, HookName = hook, ContextSize = _corpus.Context, ReshapeHookZ = hook.EndsWith("hook_z", StringComparison.Ordinal),
            PrependBos = _corpus.Windows[0].Ids[0] == _model.BosId,
        };
    }

    private TrainingOptions Options()
    {
        var tokens = OptionException.NotNegative(_request.Tokens, "--tokens") > 0 ? _request.Tokens : _corpus.KeptTokens;
        var steps = (int)Math.Max(1, tokens / OptionException.Positive(_request.Batch, "--batch"));
        return new()
        {
            Steps = steps, ClipNorm = _request.ClipNorm, Seed = _request.Seed, CheckpointEvery = _request.CheckpointEvery,
            Rate = new()
            {
                Peak = OptionException.Positive(_request.Lr, "--lr"), WarmupSteps = Math.Min(_request.Warmup, steps),
                DecaySteps = Math.Min(_request.Decay ?? steps / 5, steps - Math.Min(_request.Warmup, steps)),
            },
            Dead = new() { WindowTokens = _request.DeadTokens ?? (long)_request.DeadWindow * _request.Batch, AuxK = _request.AuxK, AuxCoefficient = _request.AuxCoefficient },
            Penalty = new() { Coefficient = _request.L1, WarmupSteps = _request.L1Warmup },
            Input = new()
            {
                Normalisation = _request.Normalise switch
                {
                    "expected-average" => InputNormalisation.MeanNorm,
                    "none" => InputNormalisation.None,
                    var other => throw OptionException.Invalid($"--normalise is '{other}', expected expected-average or none.", "Leave it out for expected-average."),
                },
            },
        };
    }

    /// <summary>Keeps checkpoints only to be resumed, and only where corpus and model are the same.</summary>
    private void PrepareCheckpoints(string checkpoints, string hook)
    {
        if (!_request.Resume && Directory.Exists(checkpoints)) Directory.Delete(checkpoints, recursive: true);
        Directory.CreateDirectory(checkpoints);
        var made = new Dictionary<string, string>
        {
            ["corpus"] = _corpus.Sha256, ["model"] = _model.Sha256, ["hook"] = hook,
            ["windows"] = JsonSerializer.Serialize(_request.Corpus with { Texts = null, IdsFile = null }, LabJson.Options),
        };
        var file = Path.Combine(checkpoints, "made-from.json");
        if (!File.Exists(file))
        {
            AtomicFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(made, LabJson.Options));
            return;
        }
        var before = StrictJson.Read(file);
        foreach (var (what, value) in made)
        {
            if (!before.TryGetProperty(what, out var then) || then.GetString() != value)
                throw OptionException.Invalid($"The checkpoint in {checkpoints} was made with another {what}.", "Resume with the same command, or leave --resume out to begin anew.");
        }
    }

    private string FolderOf(string hook, bool several)
    {
        var name = _request.Out ?? $"{_model.ShortName}/{hook}-{_request.Arch}";
        if (several && _request.Out is not null) name = $"{name}/{hook}";
        var isPath = Path.IsPathRooted(name) || name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith("../", StringComparison.Ordinal);
        return Path.GetFullPath(isPath ? name : Path.Combine(_home, "saes", name));
    }

    private static double Mean(IEnumerable<StepReport> steps, Func<StepReport, double> value) => steps.Select(value).DefaultIfEmpty().Average();
}

/// <summary>The note a finished run leaves.</summary>
/// <param name="Command">All that decided the result.</param>
/// <param name="Sae">The result.</param>
internal sealed record FinishedRun(string Command, TrainedSae Sae);
