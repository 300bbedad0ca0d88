using System.Reflection;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The loss and the gradients of one architecture for one batch. Found by <see cref="SaeArchitectureAttribute"/>; buffers are made once.</summary>
internal abstract class TrainingStep
{
    private static readonly Dictionary<string, ConstructorInfo> Steps = SaeCatalog.Find<TrainingStep>();
    private readonly Tensor _minusBDec;
    private readonly Tensor? _centred, _skipped, _biasTerm, _biasTermVector, _encoderBiasRow;
    private readonly RowSplit? _split;

    protected TrainingStep(StepSetting setting, bool hasEncoder = true, string encoderBias = "b_enc")
    {
        (Setting, Weights, Statistics) = (setting, new(setting, hasEncoder, encoderBias), new(setting));
        Dead = new(setting.DSae, setting.Options.Dead.WindowTokens);
        (Fired, Penalty) = (new bool[setting.DSae], new(setting.Options));
        _minusBDec = Tensor.Zeros(setting.Type, setting.DOut);
        if (setting.Config.IsTranscoder) _split = new(setting);
        else if (!setting.Config.ApplyBDecToInput) _centred = setting.BatchOf(setting.DOut);
        if (setting.Config.HasSkip) _skipped = setting.BatchOf(setting.DOut);
        if (!hasEncoder) return;
        _biasTerm = Tensor.Zeros(setting.Type, 1, setting.DIn);
        (_biasTermVector, _encoderBiasRow) = (_biasTerm.Reshape(setting.DIn), Weights.EncoderBias.Gradient.Reshape(1, setting.DSae));
    }

    /// <summary>Names of the architectures that can be trained, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Steps.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether the number of latents of an architecture is given, rather than reached by a penalty.</summary>
    public static bool CountsLatents(string architecture) => Steps.TryGetValue(architecture, out var constructor) && !constructor.DeclaringType!.IsSubclassOf(typeof(DenseStep));

    /// <summary>What an architecture says about its steps.</summary>
    public static TrainingTraitsAttribute TraitsOf(string architecture) =>
        (Steps.TryGetValue(architecture, out var constructor) ? constructor.DeclaringType!.GetCustomAttribute<TrainingTraitsAttribute>() : null) ?? new();

    public SaeParameters Weights { get; }

    /// <summary>Which latents fired in the last <see cref="Run"/>: [dSae].</summary>
    public bool[] Fired { get; }

    public DeadLatents Dead { get; }

    /// <summary>Of the targets of the last <see cref="Run"/>.</summary>
    public BatchStatistics Statistics { get; }

    /// <summary>Activations in a batch; more than the batch has rows where several stand in one.</summary>
    public int BatchSize => Setting.BatchSize;

    /// <summary>Width of a row of a batch.</summary>
    public virtual int RowWidth => Setting.RowWidth;

    /// <summary>Turns x̂ [batch, dOut] into the slopes of a loss behind it, and returns that loss, which is then minimised in place of the squared error; null where there is none.</summary>
    public Func<Tensor, double>? Downstream { get; set; }

    /// <summary>Whether it can train for <see cref="Downstream"/>.</summary>
    public virtual bool TakesDownstream => false;

    protected StepSetting Setting { get; }

    protected Backend Backend => Setting.Backend;

    protected TrainingOptions Options => Setting.Options;

    /// <summary>λ of the sparsity penalty.</summary>
    protected PenaltyCoefficient Penalty { get; }

    /// <summary>Factor by which Σ‖r‖² over the batch enters the loss. Holds once <see cref="Centre"/> has seen the batch.</summary>
    protected double ErrorWeight => Options.LossUnit == LossUnit.VarianceUnexplained ? 1 / Statistics.Variance : 1.0 / Setting.BatchSize;

    /// <summary>The step of the architecture that <paramref name="setting"/> names.</summary>
    public static TrainingStep Create(StepSetting setting)
    {
        var config = setting.Config;
        if (!Steps.TryGetValue(config.Architecture, out var constructor)) throw SaeException.UnknownArchitecture(config.Architecture, Names);
        if (config is { IsTranscoder: true, ApplyBDecToInput: true }) throw SaeException.TranscoderTakesBDec(config.Architecture);
        if (!config.IsTranscoder && setting.DOut != setting.DIn) throw SaeException.OtherOutput(config);
        if (setting.DIn % setting.InputParts != 0 || setting.DOut % setting.OutputParts != 0) throw SaeException.UnevenHooks(config, setting.DOut);
        if (config.IsCrossLayer && !constructor.DeclaringType!.IsSubclassOf(typeof(DenseStep)) && constructor.DeclaringType != typeof(BatchTopKStep)) throw SaeException.NotCrossLayer(config.Architecture);
        return (TrainingStep)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [setting], null);
    }

    /// <summary>Writes the gradients of the loss on <paramref name="x"/> [batch, rowWidth] (normalised; overwritten) into <see cref="Weights"/> and says what the loss was.</summary>
    /// <param name="x">The batch.</param>
    /// <param name="step">t, counted from 0: coefficients may depend on it.</param>
    /// <param name="dead">Ids of the latents that were dead before this batch, ascending.</param>
    public abstract StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead);

    /// <summary>Added to the length of a decoder row before the gradient along it is taken out.</summary>
    public virtual double ProjectionSlack => Options.Convention == Convention.DictionaryLearning ? 1e-6 : 0;

    /// <summary>Called after the optimiser has changed the weights: for what is learnt without a gradient or has to stay in a range.</summary>
    public virtual void AfterUpdate(int step) { }

    /// <summary>Writes ‖x − x̂‖ of each activation of the last <see cref="Run"/>: [batch]. False where that is not kept.</summary>
    public virtual bool TakeErrors(Tensor errors) => false;

    /// <summary>Puts what a latent has beside its rows of encoder and decoder back to where it starts.</summary>
    public virtual void ResetLatent(int latent) => Weights.EncoderBias.Value.Write(latent, 0);

    /// <summary>What a checkpoint has to hold beside weights and dead-latent counts. Written in place when a run resumes.</summary>
    public virtual IEnumerable<(string Name, Tensor Tensor)> State => [];

    /// <summary>The trained SAE as it is saved: some architectures are another one once trained (BatchTopK is a JumpReLU).</summary>
    public virtual (SaeConfig Config, Dictionary<string, Tensor> Tensors) ToFile()
    {
        var (config, tensors) = (Setting.Config, Weights.ToFile());
        if (!config.RescaleActsByDecoderNorm || config.NormParts == 1) return (config, tensors);
        DecoderNorms.Fold(tensors, config.NormParts);                          // the length of a whole row, which files mean, is not the sum of its parts'
        return (config with { RescaleActsByDecoderNorm = false }, tensors);
    }

    /// <summary>What the encoder reads [batch, dIn] and what the latents have to add up to [batch, dOut]; one tensor where b_dec is taken off the input.</summary>
    protected (Tensor Input, Tensor Target) Centre(Tensor x)
    {
        var (input, raw) = _split?.Of(x) ?? (x, x);
        Statistics.Take(raw);
        Backend.Scale(Weights.DecoderBias.Value, -1, _minusBDec);
        var target = _centred ?? raw;
        Backend.AddRow(raw, _minusBDec, target);                              // y − b_dec            [batch, dOut]
        if (Weights.Skip is not { } skip) return (input, target);

        Backend.MatMul(input, skip.Value, _skipped!, Transpose.B);
        Backend.Scale(_skipped!, -1, _skipped!);
        Backend.Add(target, _skipped!, target);                               // y − b_dec − x·Sᵀ     [batch, dOut]
        return (input, target);
    }

    /// <summary>Overwrites the gradient of the skip connection, where there is one, with weight · residualᵀ·input.</summary>
    protected void TakeSkipGradient(Tensor input, Tensor residual, double weight)
    {
        if (Weights.Skip is not { } skip) return;
        Backend.MatMul(residual, input, skip.Gradient, Transpose.A);
        Backend.Scale(skip.Gradient, weight, skip.Gradient);
    }

    /// <summary>The gradient of b_dec from the residuals r = x − x̂ [batch, dOut] and, where the encoder reads x − b_dec, through the encoder.</summary>
    /// <param name="residual">r, or what has the same column sums.</param>
    /// <param name="weight">Factor on r.</param>
    /// <param name="preSums">Σ ∂pre over the batch [1, dSae], where the gradient of b_enc is not that.</param>
    protected void AddDecoderBiasGradient(Tensor residual, double weight, Tensor? preSums = null)
    {
        var gradient = Weights.DecoderBias.Gradient;
        gradient.Clear();
        Backend.AddColumnSums(residual, gradient);
        Backend.Scale(gradient, weight, gradient);
        if (!Setting.Config.ApplyBDecToInput) return;

        // Every pre-activation holds −b_dec · W_enc[i], so b_dec gets −Σ_i db_enc[i] · W_enc[i].
        Backend.MatMul(preSums ?? _encoderBiasRow!, Weights.Encoder.Value, _biasTerm!);
        Backend.Scale(_biasTerm!, -1, _biasTerm!);
        Backend.Add(gradient, _biasTermVector!, gradient);
    }
}
