using System.Diagnostics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training;

/// <summary>Trains one SAE on an <see cref="ActivationSource"/>: Adam, global-norm clipping, dead-latent counts, checkpoints.</summary>
/// <remarks>
/// Step t uses batch t, so a run that stopped goes on with the same bits as one that did not. The order within a step is SAELens': dead mask from before the step,
/// loss, clip by min(1, c/(norm + 1e-6)), Adam, counters. Not for several threads; the backend uses them inside a step.
/// </remarks>
public sealed class SaeTrainer
{
    private const double Epsilon = 1e-8; // Adam's ε
    private readonly ActivationSource _source;
    private readonly Tensor _batch, _x, _sums;

    /// <param name="config">What to train: architecture, sizes, k, hook. Normalisation at run time is not trained.</param>
    /// <param name="options">How.</param>
    /// <param name="source">On what.</param>
    /// <param name="backend">Where.</param>
    /// <param name="precision">f32, or f64 for oracles.</param>
    /// <exception cref="OptionException">The options contradict each other or the source.</exception>
    public SaeTrainer(SaeConfig config, TrainingOptions options, ActivationSource source, Backend backend, DType precision = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(source);
        TrainingChecks.Require(config, options, source);
        (_source, Setting) = (source, new(config, options, backend, precision, source.BatchSize));
        TrainingStep = TrainingStep.Create(Setting);
        TrainingStep.Weights.Initialise(options.Seed, options.DecoderConstraint == DecoderConstraint.UnitNorm ? 1 : options.DecoderInitNorm);
        Dead = new(config.DSae, options.DeadWindow);
        _batch = Tensor.Zeros(DType.F32, source.BatchSize, config.DIn);
        _x = precision == DType.F32 ? _batch : Tensor.Zeros(precision, source.BatchSize, config.DIn);
        _sums = Tensor.Zeros(precision, config.DIn);
    }

    /// <summary>Steps done.</summary>
    public int Step { get; internal set; }

    /// <summary>What activations are multiplied by in training; null until it has been measured.</summary>
    public double? ActivationScale { get; internal set; }

    internal StepSetting Setting { get; }

    internal ActivationSource Source => _source;

    internal TrainingStep TrainingStep { get; }

    internal DeadLatents Dead { get; }

    /// <summary>A trainer that goes on from the newest checkpoint in <paramref name="checkpoints"/>; a new one where there is none.</summary>
    /// <exception cref="TrainingException">The checkpoint was made with other options or on other data.</exception>
    public static SaeTrainer Resume(string checkpoints, SaeConfig config, TrainingOptions options, ActivationSource source, Backend backend)
    {
        var trainer = new SaeTrainer(config, options, source, backend);
        if (TrainingCheckpoint.Newest(checkpoints) is { } newest) TrainingCheckpoint.Load(newest, trainer);
        return trainer;
    }

    /// <summary>Trains to the last step and returns the SAE for raw activations. When cancelled, writes a checkpoint and throws.</summary>
    /// <param name="checkpoints">Folder of the checkpoints; null writes none.</param>
    /// <param name="onStep">Called after every step, on this thread.</param>
    /// <param name="cancel">Stops before the next step.</param>
    /// <exception cref="TrainingException">Activations or the loss are not finite; the last checkpoint stays.</exception>
    public SparseAutoencoder Run(string? checkpoints = null, Action<StepReport>? onStep = null, CancellationToken cancel = default)
    {
        var (started, firstStep, every) = (Stopwatch.GetTimestamp(), Step, Setting.Options.CheckpointEvery);
        try
        {
            while (Step < Setting.Options.Steps)
            {
                cancel.ThrowIfCancellationRequested();
                var report = Advance(cancel);
                onStep?.Invoke(report with { Elapsed = Stopwatch.GetElapsedTime(started), StepsInRun = Step - firstStep });
                if (checkpoints is not null && every > 0 && (Step % every == 0 || Step == Setting.Options.Steps)) TrainingCheckpoint.Save(checkpoints, this);
            }
        }
        catch (OperationCanceledException)
        {
            if (checkpoints is not null) TrainingCheckpoint.Save(checkpoints, this);
            throw;
        }
        return Snapshot();
    }

    /// <summary>The SAE as trained so far, with the activation scale folded in: it reads raw activations.</summary>
    public SparseAutoencoder Snapshot()
    {
        var sae = SaeCatalog.Create(Setting.Config with { NormalizeActivations = ActivationNormalisation.None }, TrainingStep.Weights.ToFile(), Setting.Backend);
        return ActivationScale is { } scale and not 1 ? sae.FoldActivationScale(scale) : sae;
    }

    /// <summary>One step. Nothing has changed when it throws.</summary>
    internal StepReport Advance(CancellationToken cancel)
    {
        var (backend, options, t) = (Setting.Backend, Setting.Options, Step);
        var scale = ActivationScale ??= FindScale(cancel);
        _source.Fill(t, _batch, cancel);
        if (_x != _batch) _batch.ConvertTo(_x);
        if (scale != 1) backend.Scale(_x, scale, _x);
        var variance = Variance(t);

        var dead = Dead.Find();
        var terms = TrainingStep.Run(_x, t, dead);
        var weights = TrainingStep.Weights;
        if (options.DecoderConstraint == DecoderConstraint.UnitNorm) UnitNormDecoder.Project(weights.Decoder);
        var squares = 0.0;
        foreach (var weight in weights.All) squares += backend.SumOfSquares(weight.Gradient);
        var (norm, loss) = (Math.Sqrt(squares), terms.Mse + terms.Sparsity + terms.Aux);
        if (!double.IsFinite(loss) || !double.IsFinite(norm)) throw TrainingException.Diverged(t, loss, norm);

        var rate = LearningRate.At(t, options);
        var clip = Math.Min(1, options.ClipNorm / (norm + 1e-6));
        var step = new AdamStep(t + 1, rate, options.Beta1, options.Beta2, Epsilon, GradientScale: clip);
        foreach (var weight in weights.All) backend.Adam(weight.Value, weight.Gradient, weight.Mean, weight.MeanSquare, step);
        if (options.DecoderConstraint == DecoderConstraint.UnitNorm) UnitNormDecoder.Normalise(weights.Decoder);
        Dead.Update(TrainingStep.Fired);
        Step++;
        return new()
        {
            Step = t, Loss = loss, Mse = terms.Mse, SparsityLoss = terms.Sparsity, AuxLoss = terms.Aux, L0 = (double)terms.Active / Setting.BatchSize,
            ExplainedVariance = 1 - terms.Mse / variance, Dead = dead.Length, GradientNorm = norm, LearningRate = rate,
            Tokens = (long)Step * Setting.BatchSize, TotalTokens = (long)options.Steps * Setting.BatchSize,
        };
    }

    /// <summary>Mean ‖x − x̄‖² over the batch. A number that is not finite shows up here, before anything has changed.</summary>
    private double Variance(int step)
    {
        var squares = Setting.Backend.SumOfSquares(_x);
        if (!double.IsFinite(squares)) throw TrainingException.BadActivations(step);
        _sums.Clear();
        Setting.Backend.AddColumnSums(_x, _sums);
        return (squares - Setting.Backend.SumOfSquares(_sums) / Setting.BatchSize) / Setting.BatchSize;
    }

    /// <summary>√dIn / mean ‖x‖, or 1.</summary>
    internal double FindScale(CancellationToken cancel)
    {
        if (!Setting.Options.NormaliseActivations) return 1;
        var norm = _source.MeanNorm(Setting.Options.NormBatches == 0 ? null : (long)Setting.Options.NormBatches * Setting.BatchSize, cancel);
        return double.IsFinite(norm) && norm > 0 ? Math.Sqrt(Setting.Config.DIn) / norm : throw TrainingException.NoScale(norm);
    }
}
