using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step whose latents are a sparse selection of the positive pre-activations: all that does not depend on how they are chosen.</summary>
/// <remarks>
/// loss = mean‖x − x̂‖² + aux (see <see cref="DeadLatentTerm"/>). No [batch, dSae] matrix is ever made: besides the weights, memory is batch × (2·dIn + 3·k).
/// Allocates nothing after the first step, but for a few views when the number of dead latents changes.
/// </remarks>
internal abstract class SelectionStep : TrainingStep
{
    private readonly Tensor _norms;
    private readonly Tensor _dEncoderBias;
    private DeadLatentTerm? _dead; // made when the first latent dies: many runs never need its memory

    protected SelectionStep(StepSetting setting) : base(setting)
    {
        K = new(setting);
        Term = new(setting, (int)(K.Largest * setting.BatchSize));
        Encoder = PackedMatrix.Empty(setting.Type, setting.DIn, setting.DSae);
        _norms = Tensor.Zeros(setting.Type, setting.DSae);
        _dEncoderBias = Weights.EncoderBias.Gradient.Reshape(setting.DSae, 1);
    }

    /// <summary>How many latents each activation has.</summary>
    protected KSchedule K { get; }

    /// <summary>W_enc [dIn, dSae] of this step.</summary>
    protected PackedMatrix Encoder { get; }

    /// <summary>The reconstruction by the chosen latents.</summary>
    protected SparseTerm Term { get; }

    /// <summary>Writes the chosen latents of <paramref name="input"/> [batch, dIn], times <paramref name="norms"/> [dSae] where those are not null, into <paramref name="code"/>.</summary>
    protected abstract void Select(Tensor input, Tensor? norms, int step, SparseRows code);

    public override bool TakeErrors(Tensor errors)
    {
        Backend.RowNorms(Term.Residual, errors);
        return true;
    }

    public sealed override StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead)
    {
        var (input, target) = Centre(x);
        var norms = Setting.Config.RescaleActsByDecoderNorm ? _norms : null;
        if (norms is not null) Backend.RowNorms(Weights.Decoder.Value, norms);
        Backend.Pack(Weights.Encoder.Value, Transpose.B, Encoder);
        Select(input, norms, step, Term.Code);
        if (norms is not null) Term.DivideByNorms(norms);
        Term.Sort();
        var starts = Term.Order.Starts;
        for (var f = 0; f < Fired.Length; f++) Fired[f] = starts[f + 1] > starts[f];

        var squares = Term.Decode(target, Weights.Decoder.Value);             // Σ‖x − x̂‖²
        var aux = dead.Length > 0 && Options.Dead.AuxCoefficient > 0;
        var auxLoss = aux ? (_dead ??= new(Setting, Weights)).Forward(input, Term.Residual, norms, dead, ErrorWeight) : 0;

        Term.Prepare(ErrorWeight, Weights.Decoder.Value);
        Term.DecoderGradient(Weights.Decoder.Gradient);
        Term.EncoderGradient(input, Weights.Encoder.Gradient);
        Term.BiasGradient(_dEncoderBias);
        if (aux) _dead!.AddGradients(input, ErrorWeight);
        AddDecoderBiasGradient(Term.Residual, -2 * ErrorWeight);
        return new(squares * ErrorWeight, 0, auxLoss, starts[^1]);
    }
}
