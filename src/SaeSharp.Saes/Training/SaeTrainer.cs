using System.Diagnostics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Inputs;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Runs;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Training;

/// <summary>Trains one SAE on an <see cref="ActivationSource"/>: loss, clipping, optimiser, dead-latent counts, checkpoints.</summary>
/// <remarks>
/// Step t uses batch t, so a run that stopped goes on with the same bits as one that did not. The order within a step is SAELens': dead mask from before the step,
/// loss, clip by min(1, c/(norm + 1e-6)), optimiser, counters. Not for several threads; the backend uses them inside a step.
/// A batch with numbers that are not finite is skipped and counted (<see cref="TrainingOptions.MaxBadBatches"/>); a loss or gradient that is not finite stops the run
/// before it changes a weight; <see cref="DivergedSteps"/> steps in a row whose error is <see cref="DivergedError"/> times the energy of what was to be reconstructed stop it after the last of them.
/// </remarks>
public sealed class SaeTrainer
{
    private const int DivergedSteps = 25;
    private const double DivergedError = 4; // an SAE that gives nothing but zeros has 1
    private readonly Tensor _batch, _row, _x; // _x: the activations in the rows of a batch, one a row
    private readonly InputTransform _input;
    private readonly Resampler? _resampler;
    private int _divergedSteps;
    private bool _hasStarted;

    /// <param name="config">What to train: architecture, sizes, k, hook.</param>
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
        Source = source;
        Setting = new(config, options, backend, Optimiser.Create(options.Optimiser, backend), precision, source.BatchSize);
        TrainingStep = TrainingStep.Create(Setting);
        TrainingChecks.Require(Setting, TrainingStep, source);
        StartingWeights.Draw(Setting, TrainingStep.Weights);
        if (options.Dead.ResampleTokens > 0) _resampler = new(Setting, TrainingStep);
        _input = InputTransform.Create(Setting);
        _batch = Tensor.Zeros(DType.F32, source.BatchSize, source.DIn);
        _row = Setting.BatchOf(source.DIn);
        _x = TrainingStep.BatchSize == source.BatchSize ? _row : _row.Reshape(TrainingStep.BatchSize, source.DIn / (TrainingStep.BatchSize / source.BatchSize));
    }

    /// <summary>Names of the architectures that can be trained.</summary>
    public static IReadOnlyList<string> Architectures => TrainingStep.Names;

    /// <summary>Whether the number of latents of an architecture is given (topk and its kin), rather than reached by a penalty.</summary>
    public static bool CountsLatents(string architecture) => TrainingStep.CountsLatents(architecture);

    /// <summary>Whether an architecture counts its latents over a whole batch (batchtopk and its kin), so that k may be a fraction.</summary>
    public static bool CountsOverBatch(string architecture) => TrainingStep.TraitsOf(architecture).CountsOverBatch;

    /// <summary>Whether a row of a batch holds two activations, a token's and that of the next one (contrastive).</summary>
    public static bool ReadsPairs(string architecture) => TrainingStep.TraitsOf(architecture).ReadsPairs;

    /// <summary>Whether an architecture takes latents one after another (matching_pursuit), so that its configuration says when to stop.</summary>
    public static bool Pursues(string architecture) => TrainingStep.TraitsOf(architecture).Pursues;

    /// <summary>The learning rate that suits an architecture, as a share of that of topk.</summary>
    public static double RateShare(string architecture) => TrainingStep.TraitsOf(architecture).RateShare;

    /// <summary>A saved SAE to go on from, in place of random weights; it reads raw activations. A run that resumes has its own weights.</summary>
    public SparseAutoencoder? Start { get; init; }

    /// <summary>What is trained for in place of the squared error; null for that. It belongs to the source.</summary>
    /// <exception cref="OptionException">The architecture or the normalisation cannot be trained for it.</exception>
    public DownstreamLoss? Downstream
    {
        get;
        init
        {
            field = value;
            if (value is null) return;
            TrainingChecks.RequireDownstream(Setting, TrainingStep, _input);
            var gradient = Setting.BatchOf(Setting.DOut);
            TrainingStep.Downstream = reconstruction =>
            {
                var scale = (_input as ScaledInput)?.Scale ?? 1;
                if (scale != 1) Setting.Backend.Scale(reconstruction, 1 / scale, reconstruction);
                var loss = value.Of(reconstruction, gradient);
                Setting.Backend.Scale(gradient, 1 / scale, reconstruction);
                return loss;
            };
        }
    }

    /// <summary>The learning rate of each step, in place of the options' schedule.</summary>
    internal Func<int, double>? RateAt { get; init; }

    /// <summary>Steps done.</summary>
    public int Step { get; internal set; }

    /// <summary>Activations in a batch.</summary>
    public int BatchSize => Source.BatchSize;

    /// <summary>Batches skipped because they held numbers that are not finite.</summary>
    public int BadBatches { get; internal set; }

    internal StepSetting Setting { get; }

    internal ActivationSource Source { get; }

    internal TrainingStep TrainingStep { get; }

    internal InputTransform Input => _input;

    internal Resampler? Resampler => _resampler;

    internal DeadLatents Dead => TrainingStep.Dead;

    /// <summary>A trainer that goes on from the newest checkpoint in <paramref name="checkpoints"/>; a new one where there is none.</summary>
    /// <exception cref="TrainingException">The checkpoint was made with other options or on other data.</exception>
    public static SaeTrainer Resume(string checkpoints, SaeConfig config, TrainingOptions options, ActivationSource source, Backend backend, DownstreamLoss? downstream = null)
    {
        var trainer = new SaeTrainer(config, options, source, backend) { Downstream = downstream };
        if (TrainingCheckpoint.Newest(checkpoints) is { } newest) TrainingCheckpoint.Load(newest, trainer);
        return trainer;
    }

    /// <summary>Trains to the last step and returns the SAE for raw activations. When cancelled, writes a checkpoint and throws.</summary>
    /// <param name="checkpoints">Folder of the checkpoints; null writes none.</param>
    /// <param name="onStep">Called after every step, on this thread.</param>
    /// <param name="cancel">Stops before the next step.</param>
    /// <exception cref="TrainingException">Too many batches, the loss or a gradient are not finite, or the error grows without end; the last checkpoint stays.</exception>
    public SparseAutoencoder Run(string? checkpoints = null, Action<StepReport>? onStep = null, CancellationToken cancel = default)
    {
        var (started, firstStep) = (Stopwatch.GetTimestamp(), Step);
        try
        {
            while (Step < Setting.Options.Steps)
            {
                cancel.ThrowIfCancellationRequested();
                var report = Advance(cancel);
                onStep?.Invoke(report with { Elapsed = Stopwatch.GetElapsedTime(started), StepsInRun = Step - firstStep });
                if (checkpoints is not null) SaveWhenDue(checkpoints);
            }
        }
        catch (OperationCanceledException)
        {
            if (checkpoints is not null) Save(checkpoints);
            throw;
        }
        return Snapshot();
    }

    /// <summary>The SAE as trained so far, for raw activations.</summary>
    public SparseAutoencoder Snapshot()
    {
        var (config, tensors) = TrainingStep.ToFile();
        var sae = SaeCatalog.Create(config with { NormalizeActivations = ActivationNormalisation.None }, new("the trained weights", tensors), Setting.Backend);
        return _input.IsFitted ? _input.Fold(sae) : sae;
    }

    /// <summary>Writes a checkpoint into <paramref name="checkpoints"/>.</summary>
    public void Save(string checkpoints) => TrainingCheckpoint.Save(checkpoints, this);

    /// <summary>Writes a checkpoint where the options ask for one after this step.</summary>
    public void SaveWhenDue(string checkpoints)
    {
        var every = Setting.Options.CheckpointEvery;
        if (every > 0 && (Step % every == 0 || Step == Setting.Options.Steps)) Save(checkpoints);
    }

    /// <summary>One step on the source's next batch. Nothing has changed when it throws, unless it says that the training diverges.</summary>
    public StepReport Advance(CancellationToken cancel)
    {
        Prepare(cancel);
        Source.Fill(Step, _batch, cancel);
        return AdvanceOn(_batch);
    }

    /// <summary>Lets the first <paramref name="latents"/> count as dead until they fire, as if they had not for long: for measuring what dead latents cost.</summary>
    public void PresumeDead(int latents) => Dead.SinceFired.AsSpan(0, latents).Fill(Setting.Options.Dead.WindowTokens + 1);

    /// <summary>Estimates what has to be known of the source before the first step.</summary>
    internal void Prepare(CancellationToken cancel)
    {
        if (!_input.IsFitted) _input.Fit(Source, cancel);
        if (Start is null || _hasStarted || Step > 0) return;
        FineTuning.Begin(Setting, TrainingStep.Weights, _input, Start);
        Setting.Layers?.Restrict(TrainingStep.Weights, gradients: false);
        _hasStarted = true;
    }

    /// <summary>One step on batch number <see cref="Step"/>, x [batch, width], raw and f32; it is left as it is, so several trainers can be given the same.</summary>
    internal StepReport AdvanceOn(Tensor batch)
    {
        var (backend, options, t) = (Setting.Backend, Setting.Options, Step);
        batch.ConvertTo(_row);
        if (!double.IsFinite(backend.SumOfSquares(_x))) return Skip();
        _input.Apply(_x);
        if (t == BadBatches && Start is null) StartingWeights.Fit(Setting, TrainingStep.Weights, _x);

        var dead = Dead.Find();
        var deadCount = dead.Length;
        var terms = TrainingStep.Run(_x, t, dead);
        var weights = TrainingStep.Weights;
        Setting.Layers?.Restrict(weights, gradients: true);
        if (options.Decoder.Constraint == DecoderConstraint.UnitNorm) UnitNormDecoder.Project(weights.Decoder, TrainingStep.ProjectionSlack, backend);
        var squares = 0.0;
        foreach (var weight in weights.All) squares += backend.SumOfSquares(weight.Gradient);
        var norm = Math.Sqrt(squares);
        if (!double.IsFinite(terms.Loss) || !double.IsFinite(norm)) throw TrainingException.Diverged(t, terms.Loss, norm);

        var rate = RateAt?.Invoke(t) ?? LearningRate.At(t, options);
        var clip = options.ClipNorm is { } longest ? Math.Min(1, longest / (norm + 1e-6)) : 1;
        foreach (var weight in weights.All) Setting.Optimiser.Step(weight, new(t + 1, rate, clip));
        if (options.Decoder.Constraint == DecoderConstraint.UnitNorm) UnitNormDecoder.Normalise(weights.Decoder, backend);
        TrainingStep.AfterUpdate(t);
        Dead.Update(TrainingStep.Fired, TrainingStep.BatchSize);
        _resampler?.Observe(TrainingStep.Fired);
        if (_resampler?.IsDue(t) == true)
        {
            batch.ConvertTo(_row);                                              // the step has overwritten it
            _input.Apply(_x);
            _resampler.Revive(t, _x);
        }
        Step++;
        return Report(t, terms, terms.Dead ?? deadCount, norm, rate);
    }

    private StepReport Report(int t, StepTerms terms, int dead, double gradientNorm, double rate)
    {
        var (options, statistics) = (Setting.Options, TrainingStep.Statistics);
        var error = options.LossUnit == LossUnit.VarianceUnexplained ? terms.Error * statistics.Variance : terms.Error * TrainingStep.BatchSize; // Σ‖r‖²
        _divergedSteps = error > DivergedError * statistics.Energy && Downstream is null ? _divergedSteps + 1 : 0;
        if (_divergedSteps >= DivergedSteps) throw TrainingException.Diverging(t, DivergedSteps, error / statistics.Energy);
        return new()
        {
            Step = t, Loss = terms.Loss, Mse = error / TrainingStep.BatchSize, SparsityLoss = terms.Sparsity, AuxLoss = terms.Aux, Coefficient = terms.Coefficient,
            L0 = (double)terms.Active / TrainingStep.BatchSize, ExplainedVariance = 1 - error / statistics.Variance, Dead = dead, GradientNorm = gradientNorm,
            LearningRate = rate, BadBatches = BadBatches, Tokens = (long)Step * Setting.BatchSize, TotalTokens = (long)options.Steps * Setting.BatchSize,
        };
    }

    private StepReport Skip()
    {
        if (BadBatches >= Setting.Options.MaxBadBatches) throw TrainingException.BadActivations(Step, BadBatches);
        (Step, BadBatches) = (Step + 1, BadBatches + 1);
        return new()
        {
            Step = Step - 1, Loss = double.NaN, Mse = double.NaN, SparsityLoss = 0, AuxLoss = 0, Coefficient = 0, L0 = 0, ExplainedVariance = double.NaN, Dead = Dead.Find().Length,
            GradientNorm = 0, LearningRate = 0, BadBatches = BadBatches, Tokens = (long)Step * Setting.BatchSize, TotalTokens = (long)Setting.Options.Steps * Setting.BatchSize,
        };
    }
}
