using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Models.Training;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.LanguageModels;

/// <summary>Trains a model on a stream of documents, with validation, a log and checkpoints.</summary>
/// <remarks>
/// A checkpoint holds weights, moments and the number of steps; resuming reads the documents again from the first and packs, but does not learn from, those of the steps
/// already taken. So the stream must give the same documents again, and the result equals an uninterrupted run's bit for bit.
/// </remarks>
public sealed class LanguageRun
{
    private const string StateFile = "state.safetensors", CurveFile = "curve.json";
    private const int StepsOfMeanLoss = 50;
    private readonly DifferentiableTransformer _model;
    private readonly LanguageRecipe _recipe;
    private readonly LanguageTrainer _trainer;
    private readonly string _folder, _mark;
    private readonly TrainingBatch[] _batches;
    private readonly List<ValidationPoint> _curve = [];
    private readonly Queue<double> _losses = new();

    /// <param name="model">What learns; its weights are the first.</param>
    /// <param name="recipe">How.</param>
    /// <param name="folder">Where checkpoints are kept.</param>
    /// <param name="seed">The seed the first weights came from; checkpoints of another are refused.</param>
    public LanguageRun(DifferentiableTransformer model, LanguageRecipe recipe, string folder, int seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(recipe);
        (_model, _recipe, _folder, _mark) = (model, recipe, folder, recipe.Mark(model, seed));
        _trainer = new(model, recipe.Options);
        _batches = [.. Enumerable.Range(0, recipe.Accumulate).Select(_ => new TrainingBatch(recipe.Rows))];
    }

    /// <summary>Steps taken so far.</summary>
    public int Steps => _trainer.Steps;

    /// <summary>Targets learnt from so far.</summary>
    public long Tokens => _trainer.Tokens;

    /// <summary>Mean loss of the last steps.</summary>
    public double Loss => _losses.Count > 0 ? _losses.Average() : double.NaN;

    /// <summary>The validation loss on the way.</summary>
    public IReadOnlyList<ValidationPoint> Curve => _curve;

    /// <summary>Targets a second since the run began or was resumed.</summary>
    public double TokensPerSecond { get; private set; }

    /// <summary>Goes on from the last checkpoint, where there is one.</summary>
    /// <exception cref="OptionException">It was made by another training.</exception>
    public void Resume()
    {
        var state = Path.Combine(_folder, StateFile);
        if (!File.Exists(state)) return;
        TrainerState.Restore(_trainer, state, _mark);
        var curve = Path.Combine(_folder, CurveFile);
        if (File.Exists(curve)) _curve.AddRange((JsonSerializer.Deserialize<List<ValidationPoint>>(File.ReadAllBytes(curve), LabJson.Options) ?? []).Where(point => point.Step <= Steps));
    }

    /// <summary>Learns until the recipe's last step, or until no document is left.</summary>
    /// <param name="documents">Token ids of each, with whatever begins and ends it; the same ones each time.</param>
    /// <param name="heldOut">Documents for the validation loss.</param>
    /// <param name="progress">Steps, loss, speed and time left.</param>
    /// <param name="cancel">Stops after a step, with a checkpoint.</param>
    public void Train(IEnumerable<int[]> documents, IReadOnlyList<int[]> heldOut, IProgress<Progress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        Directory.CreateDirectory(_folder);
        var packer = new DocumentPacker(documents, _recipe.Context, _recipe.FillId);
        for (var step = 0; step < Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            _ = Next(packer);
        }
        var (before, clock) = (Tokens, new Stopwatch());
        var meter = new ProgressMeter(progress, "training", _recipe.Options.Steps * _recipe.RowsOfStep, "tokens");
        while (Steps < _recipe.Options.Steps)
        {
            if (cancel.IsCancellationRequested)
            {
                Save();
                cancel.ThrowIfCancellationRequested();
            }
            clock.Start();
            if (!(Next(packer) is > 0 and var count)) break;
            Note(_trainer.Step(_batches.AsSpan(0, count)).Loss);
            clock.Stop();
            TokensPerSecond = (Tokens - before) / clock.Elapsed.TotalSeconds;
            Validate(heldOut);
            if (_recipe.CheckpointEvery > 0 && Steps % _recipe.CheckpointEvery == 0 && Steps < _recipe.Options.Steps) Save();
            meter.Report(Steps * _recipe.RowsOfStep, Figures, before);
        }
    }

    /// <summary>Mean loss over the documents' targets, nats.</summary>
    public double Validation(IEnumerable<int[]> documents)
    {
        var (packer, batch, sum, counted) = (new DocumentPacker(documents, _recipe.Context, _recipe.FillId), new TrainingBatch(_recipe.Rows), 0.0, 0L);
        while (packer.Fill(batch, _recipe.Rows))
        {
            sum += _model.Loss(batch);
            counted += batch.Counted;
        }
        return counted > 0 ? sum / counted : double.NaN;
    }

    /// <summary>Saves what the next step depends on.</summary>
    public void Save()
    {
        AtomicFile.Write(Path.Combine(_folder, CurveFile), JsonSerializer.SerializeToUtf8Bytes(_curve, LabJson.Options));
        TrainerState.Save(_trainer, Path.Combine(_folder, StateFile), _mark);
    }

    /// <summary>Deletes the checkpoints.</summary>
    public void Forget()
    {
        foreach (var name in new[] { StateFile, CurveFile }) File.Delete(Path.Combine(_folder, name));
    }

    /// <summary>Fills the batches of a step; returns how many there are.</summary>
    private int Next(DocumentPacker packer)
    {
        var count = 0;
        while (count < _batches.Length && packer.Fill(_batches[count], _recipe.Rows)) count++;
        return count;
    }

    private void Note(double loss)
    {
        if (_losses.Count == StepsOfMeanLoss) _losses.Dequeue();
        _losses.Enqueue(loss);
    }

    private void Validate(IReadOnlyList<int[]> heldOut)
    {
        if (_recipe.Validations == 0 || heldOut.Count == 0) return;
        var every = Math.Max(1, (_recipe.Options.Steps + _recipe.Validations - 1) / _recipe.Validations);
        if (Steps % every == 0 || Steps == _recipe.Options.Steps) _curve.Add(new(Steps, Tokens, Validation(heldOut)));
    }

    private Dictionary<string, double> Figures()
    {
        var figures = new Dictionary<string, double> { ["loss"] = Loss, ["step"] = Steps };
        if (_curve.Count > 0) figures["validation"] = _curve[^1].Loss;
        return figures;
    }
}
