using System.Reflection;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training;

/// <summary>The loss and the gradients of one architecture for one batch. Found by <see cref="SaeArchitectureAttribute"/>; buffers are made once.</summary>
internal abstract class TrainingStep
{
    private static readonly Dictionary<string, ConstructorInfo> Steps = SaeCatalog.Find<TrainingStep>();
    private readonly Tensor _minusBDec;
    private readonly Tensor? _centred;
    private readonly Tensor _biasTerm;
    private readonly Tensor _biasTermVector;
    private readonly Tensor _encoderBiasRow;

    protected TrainingStep(StepSetting setting)
    {
        (Setting, var config, var type) = (setting, setting.Config, setting.Type);
        Weights = new(config.DIn, config.DSae, type);
        Fired = new bool[config.DSae];
        _minusBDec = Tensor.Zeros(type, config.DIn);
        _biasTerm = Tensor.Zeros(type, 1, config.DIn);
        (_biasTermVector, _encoderBiasRow) = (_biasTerm.Reshape(config.DIn), Weights.EncoderBias.Gradient.Reshape(1, config.DSae));
        if (!config.ApplyBDecToInput) _centred = Tensor.Zeros(type, setting.BatchSize, config.DIn);
    }

    /// <summary>Names of the architectures that can be trained.</summary>
    public static IEnumerable<string> Names => Steps.Keys;

    public LinearWeights Weights { get; }

    /// <summary>Which latents fired in the last <see cref="Run"/>: [dSae].</summary>
    public bool[] Fired { get; }

    protected StepSetting Setting { get; }

    protected Backend Backend => Setting.Backend;

    /// <summary>The step of the architecture that <paramref name="setting"/> names.</summary>
    public static TrainingStep Create(StepSetting setting) =>
        Steps.TryGetValue(setting.Config.Architecture, out var constructor)
            ? (TrainingStep)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [setting], null)
            : throw SaeException.UnknownArchitecture(setting.Config.Architecture, Names);

    /// <summary>Writes the gradients of the loss on <paramref name="x"/> [batch, dIn] (scaled; overwritten) into <see cref="Weights"/> and says what the loss was.</summary>
    /// <param name="x">The batch.</param>
    /// <param name="step">t, counted from 0: coefficients may depend on it.</param>
    /// <param name="dead">Ids of the dead latents, ascending.</param>
    public abstract StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead);

    /// <summary>What the encoder reads and what the latents have to add up to; both [batch, dIn], one tensor where b_dec is taken off the input.</summary>
    protected (Tensor Input, Tensor Target) Centre(Tensor x)
    {
        Backend.Scale(Weights.DecoderBias.Value, -1, _minusBDec);
        var target = _centred ?? x;
        Backend.AddRow(x, _minusBDec, target);                                // x − b_dec   [batch, dIn]
        return (x, target);
    }

    /// <summary>The gradient of b_dec from the residuals r = x − x̂ [batch, dIn] and, where the encoder reads x − b_dec, through the encoder.</summary>
    /// <param name="residual">r, or what has the same column sums.</param>
    /// <param name="weight">Factor on r.</param>
    protected void AddDecoderBiasGradient(Tensor residual, double weight)
    {
        var gradient = Weights.DecoderBias.Gradient;
        gradient.Clear();
        Backend.AddColumnSums(residual, gradient);
        Backend.Scale(gradient, weight, gradient);
        if (!Setting.Config.ApplyBDecToInput) return;

        // Every pre-activation holds −b_dec · W_enc[i], so b_dec gets −Σ_i db_enc[i] · W_enc[i].
        Backend.MatMul(_encoderBiasRow, Weights.Encoder.Value, _biasTerm);
        Backend.Scale(_biasTerm, -1, _biasTerm);
        Backend.Add(gradient, _biasTermVector, gradient);
    }
}

/// <summary>What a training step is made for.</summary>
internal sealed record StepSetting(SaeConfig Config, TrainingOptions Options, Backend Backend, DType Type, int BatchSize);

/// <summary>The terms of the loss, and how many latents fired in the whole batch.</summary>
internal readonly record struct StepTerms(double Mse, double Sparsity, double Aux, long Active);
