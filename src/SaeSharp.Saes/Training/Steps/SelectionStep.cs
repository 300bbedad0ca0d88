using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step whose latents are a sparse selection of the positive pre-activations: all that does not depend on how they are chosen.</summary>
/// <remarks>
/// loss = mean‖x − x̂‖² (+ those of inner levels, see <see cref="PrefixTerm"/>) + aux (see <see cref="DeadLatentTerm"/>). No [batch, dSae] matrix is ever made: besides the
/// weights, memory is batch × (2·dIn + 3·k). Allocates nothing after the first step, but for a few views when the number of dead latents changes.
/// </remarks>
internal abstract class SelectionStep : TrainingStep
{
    private readonly PrefixTerm? _prefixes;
    private readonly DecoderNorms? _norms;
    private readonly Tensor _dEncoderBias;
    private readonly AuxLoss _aux;
    private Tensor? _reconstruction;

    /// <param name="setting">What the step is made for.</param>
    /// <param name="prefixes">The levels of a dictionary that is to reconstruct by parts as well.</param>
    /// <param name="isSigned">Whether latents may be negative.</param>
    protected SelectionStep(StepSetting setting, PrefixTerm? prefixes = null, bool isSigned = false) : base(setting)
    {
        (_prefixes, K) = (prefixes, new(setting));
        Term = new(setting, (int)(K.Largest * setting.BatchSize));
        Encoder = PackedMatrix.ForEncoder(setting.Backend, setting.Type, setting.DIn, setting.DSae);
        if (setting.Config.RescaleActsByDecoderNorm) _norms = new(setting, Weights.Decoder);
        _dEncoderBias = Weights.EncoderBias.Gradient.Reshape(setting.DSae, 1);
        _aux = new(setting, Weights, isSigned);
    }

    /// <summary>How many latents each activation has.</summary>
    protected KSchedule K { get; }

    /// <summary>W_enc [dIn, dSae] of this step.</summary>
    protected PackedMatrix Encoder { get; }

    /// <summary>The reconstruction by the chosen latents.</summary>
    protected SparseTerm Term { get; }

    /// <summary>Writes the chosen latents of <paramref name="input"/> [batch, dIn], times <paramref name="norms"/> [dSae] where those are not null, into <paramref name="code"/>.</summary>
    protected abstract void Select(Tensor input, Tensor? norms, int step, SparseRows code);

    /// <summary>What an architecture of its own adds to the loss, once the latents are decoded.</summary>
    protected virtual double ForwardMore(Tensor input, Tensor target, Tensor? norms) => 0;

    /// <summary>Adds its gradients with respect to latents, to those of <see cref="Term"/>'s entries.</summary>
    protected virtual void AddLatentGradients(Tensor? norms) { }

    /// <summary>Adds its gradients: to those of the weights, and what has the column sums that b_dec gets directly to <paramref name="residual"/> [batch, dOut].</summary>
    protected virtual void AddMoreGradients(Tensor input, Tensor residual) { }

    public override bool TakeErrors(Tensor errors)
    {
        Backend.RowNorms(_prefixes?.Residual(_prefixes.Levels - 1) ?? Term.Residual, errors); // of levels, times what each counts
        return true;
    }

    public override bool TakesDownstream => _prefixes is null && !Setting.Config.IsTranscoder;

    public sealed override StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead)
    {
        var (input, target) = Centre(x);
        var (decoder, norms) = (Weights.Decoder.Value, _norms?.Take());
        Backend.Pack(Weights.Encoder.Value, Transpose.B, Encoder);
        Select(input, norms, step, Term.Code);
        if (norms is not null) Term.DivideByNorms(norms);
        Term.Sort();
        var starts = Term.Order.Starts;
        for (var f = 0; f < Fired.Length; f++) Fired[f] = starts[f + 1] > starts[f];
        if (Options.Convention == Convention.DictionaryLearning) dead = Dead.FindWith(Fired, Setting.BatchSize);

        var squares = _prefixes is null ? Term.Decode(target, decoder) : _prefixes.Decode(Term, target, decoder); // Σ‖x − x̂‖²
        var auxLoss = _prefixes is not null && Options.Matryoshka.AuxByLevel ? _aux.Forward(input, _prefixes, norms, dead, ErrorWeight)
            : _aux.Forward(input, _prefixes?.Residual(_prefixes.Levels - 1) ?? Term.Residual, norms, dead, ErrorWeight);
        var more = ForwardMore(input, target, norms);
        if (Downstream is not null) more += TakeDownstream(target, Downstream) - squares * ErrorWeight;
        if (_prefixes is null)
        {
            Term.Prepare(ErrorWeight, decoder);
            Term.DecoderGradient(Weights.Decoder.Gradient);
        }
        else
        {
            _prefixes.Prepare(Term, ErrorWeight, decoder);
            _prefixes.DecoderGradient(Weights.Decoder.Gradient);
        }
        AddLatentGradients(norms);
        Term.EncoderGradient(input, Weights.Encoder.Gradient);
        Term.BiasGradient(_dEncoderBias);
        _aux.AddGradients(input);
        var residual = _prefixes?.Residual(0) ?? Term.Residual;
        AddMoreGradients(input, residual);
        TakeSkipGradient(input, residual, -2 * ErrorWeight);
        AddDecoderBiasGradient(residual, -2 * ErrorWeight);
        return new(squares * ErrorWeight, 0, auxLoss, starts[^1]) { Inner = (_prefixes?.Inner ?? 0) * ErrorWeight + more, Dead = dead.Length };
    }

    /// <summary>Puts −∂loss/∂x̂ / 2w in the place of the residual: all gradients that follow from −2w · residual are then those of the loss behind.</summary>
    private double TakeDownstream(Tensor target, Func<Tensor, double> downstream)
    {
        _reconstruction ??= Setting.BatchOf(Setting.DOut);
        Backend.Scale(Term.Residual, -1, _reconstruction);
        Backend.Add(_reconstruction, target, _reconstruction);
        Backend.AddRow(_reconstruction, Weights.DecoderBias.Value, _reconstruction);  // x̂      [batch, dOut]
        var loss = downstream(_reconstruction);                                       // ∂x̂     [batch, dOut]
        Backend.Scale(_reconstruction, -0.5 / ErrorWeight, Term.Residual);
        return loss;
    }
}
