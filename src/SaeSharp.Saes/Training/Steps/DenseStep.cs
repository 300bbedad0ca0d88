using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A step in which any number of latents may fire: loss = error + penalty on activity + auxiliary terms, in blocks of rows.</summary>
/// <remarks>
/// Memory is two or three times 512 × dSae beside the weights, whatever the batch. What differs between architectures is how pre-activations become latents
/// and how their gradients go back, both element by element; the products are the same. Where few latents fire, as in all but the first steps of most runs, only those are
/// computed with (<see cref="RaggedLatents"/>): the dense step is its naive twin, and what it falls back to.
/// </remarks>
internal abstract class DenseStep : TrainingStep
{
    protected const int BlockRows = 512;

    /// <summary>Below this share of latents, products over their entries are faster than dense ones: where both took as long at 288 × 4,608, less a little for weights that no cache holds.</summary>
    public const double SparseShare = 0.12;

    private readonly Tensor _pre, _latents, _gradient, _residual, _residualSums;
    private readonly PackedMatrix _encoder, _decoder, _decoderTransposed;
    private readonly DecoderNorms _norms;
    private readonly RaggedLatents _ragged;
    private LatentBlock[] _blocks = [];
    private readonly Tensor? _errors;
    private double _penalty;

    /// <param name="setting">What the step is made for.</param>
    /// <param name="keepsPre">Whether the way back needs pre-activations beside latents.</param>
    /// <param name="encoderBias">The encoder bias's name in the file.</param>
    protected DenseStep(StepSetting setting, bool keepsPre, string encoderBias = "b_enc") : base(setting, encoderBias: encoderBias)
    {
        var (rows, dSae, dOut, type) = (Math.Min(BlockRows, setting.BatchSize), setting.DSae, setting.DOut, setting.Type);
        (_pre, _gradient) = (Tensor.Zeros(type, rows, dSae), Tensor.Zeros(type, rows, dSae));
        _latents = keepsPre ? Tensor.Zeros(type, rows, dSae) : _pre;
        (_residual, _residualSums) = (Tensor.Zeros(type, rows, dOut), Tensor.Zeros(type, 1, dOut));
        (_encoder, _decoder) = (PackedMatrix.Empty(type, setting.DIn, dSae), PackedMatrix.Empty(type, dSae, dOut));
        _decoderTransposed = PackedMatrix.Empty(type, dOut, dSae);
        (LatentSums, NormGradient, _norms) = (Tensor.Zeros(type, dSae), Tensor.Zeros(type, dSae), new(setting, Weights.Decoder));
        Active = new int[setting.BatchSize];
        _ragged = new(setting, _encoder);
        if (setting.Options.Dead.ResampleTokens > 0) _errors = Tensor.Zeros(type, setting.BatchSize);
    }

    public override IEnumerable<(string Name, Tensor Tensor)> State => Penalty.State;

    /// <summary>λ of this step.</summary>
    protected double Coefficient { get; set; }

    /// <summary>Σ f over the batch, which <see cref="Backward"/> adds up: [dSae].</summary>
    protected Tensor LatentSums { get; }

    /// <summary>‖W_dec[i]‖ (see <see cref="DecoderNorms"/>), or 1 where the decoder is kept at unit norm: [dSae].</summary>
    protected Tensor Norms => _norms.Values;

    /// <summary>∂loss/∂‖W_dec[i]‖: [dSae].</summary>
    protected Tensor NormGradient { get; }

    /// <summary>Latents that fire for each activation, which <see cref="Activate"/> counts: [batch].</summary>
    protected int[] Active { get; }

    /// <summary>Latents that fire in the batch.</summary>
    protected long TotalActive { get; private set; }

    /// <summary>What the penalty may be of the error of giving nothing, while λ is sought.</summary>
    protected virtual double LargestShare => 2; // ‖f‖₁ shrinks f as well, so it needs more than it saves

    /// <summary>Whether λ is moved towards the target L0, where there is one.</summary>
    protected virtual bool SeeksTarget => true;

    /// <summary>Σ ∂pre over the batch [1, dSae], where the gradient of b_enc is not that.</summary>
    protected virtual Tensor? PreSums => null;

    /// <summary>The share of latents below which a step computes with entries; tests set it to 0 or 1, for never and always.</summary>
    internal double SparseBelow { get; set; } = SparseShare;

    /// <summary>Whether the last step did.</summary>
    internal bool WasSparse { get; private set; }

    /// <summary>Entries of the latents of a block, in a step that computes with them.</summary>
    protected RaggedLatents Ragged => _ragged;

    /// <summary>Whether entries hold all that gradients depend on.</summary>
    internal virtual bool CanBeSparse => true;

    /// <summary>What pre-activations an entry is made of must be above, and the bias that is in them: [dSae] each, null for 0. <see cref="Begin"/> comes before.</summary>
    protected abstract (Tensor? Bias, Tensor? Thresholds) Gate { get; }

    /// <summary>Factor from r to ∂x̂.</summary>
    protected double ErrorSlope => -2 * ErrorWeight;

    /// <summary>Rows of unit length still differ in what their parts add up to.</summary>
    protected bool CountsNorms => Options.Decoder.Constraint != DecoderConstraint.UnitNorm || Setting.NormParts > 1;

    public sealed override StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead)
    {
        var (input, target) = Centre(x);
        Coefficient = Penalty.At(step);
        foreach (var weight in Weights.All) weight.Gradient.Clear();
        NormGradient.Clear();
        LatentSums.Clear();
        _residualSums.Clear();
        if (CountsNorms) _norms.Take();
        Backend.Pack(Weights.Encoder.Value, Transpose.B, _encoder);
        Begin(dead);
        var gate = Gate;
        if (_blocks.Length == 0 || _blocks[0].Of != input) MakeBlocks(input, target);
        var ragged = _ragged.BlocksOf(input, target, _errors); // the views of both forms are made at once, so that no later step makes any
        WasSparse = CanBeSparse && _ragged.IsSparse(input, gate.Bias, gate.Thresholds, SparseBelow);
        var squares = WasSparse ? RunSparse(ragged, gate) : RunDense();
        TotalActive = 0;
        foreach (var count in Active) TotalActive += count;
        (_penalty, var aux) = Finish();
        if (CountsNorms) _norms.AddGradient(NormGradient);
        AddDecoderBiasGradient(_residualSums, 1, PreSums);
        for (var f = 0; f < Fired.Length; f++) Fired[f] = LatentSums.Read(f) > 0;
        return new(squares * ErrorWeight, _penalty, aux, TotalActive) { Coefficient = Coefficient };
    }

    public override void AfterUpdate(int step)
    {
        if (SeeksTarget) Penalty.Observe(step, (double)TotalActive / Setting.BatchSize, Coefficient > 0 ? _penalty / Coefficient : 0, LargestShare * Statistics.Energy * ErrorWeight);
    }

    public override bool TakeErrors(Tensor errors)
    {
        if (_errors is null) return false;
        Backend.Scale(_errors, 1 / (2 * ErrorWeight), errors);
        return true;
    }

    /// <summary>Called before the first block.</summary>
    protected virtual void Begin(ReadOnlySpan<int> dead) { }

    /// <summary>Turns products x̃·W_enc into latents: adds b_enc to <see cref="LatentBlock.Pre"/>, writes <see cref="LatentBlock.Latents"/> and <see cref="Active"/>.</summary>
    protected abstract void Activate(LatentBlock block);

    /// <summary>
    /// Turns ∂f of the error into ∂pre of the whole loss, in place. Adds to <see cref="LatentSums"/>, <see cref="NormGradient"/> and the gradients of b_enc and of
    /// what the architecture has beside it.
    /// </summary>
    protected abstract void Backward(LatentBlock block);

    /// <summary>Turns the pre-activations of a block's entries into latents, of which the error is made: one number for each entry. Writes <see cref="Active"/>.</summary>
    protected abstract Tensor Activate(RaggedBlock block);

    /// <summary>As <see cref="Backward(LatentBlock)"/>, from the products of r with decoder rows in the code's gradients, which become ∂pre.</summary>
    protected abstract void Backward(RaggedBlock block);

    /// <summary>Called after the last block: the penalty and the auxiliary terms.</summary>
    protected abstract (double Penalty, double Aux) Finish();

    /// <summary>
    /// Decodes <paramref name="latents"/> of a block and goes back: writes r, then ∂x̂ [rows, dOut] into <paramref name="residual"/> and ∂f [rows, dSae] into <paramref name="gradient"/>.
    /// </summary>
    /// <param name="learns">Whether decoder and b_dec get gradients, or count as constants.</param>
    /// <returns>Σ‖r‖².</returns>
    protected double Reconstruct(LatentBlock block, Tensor latents, Tensor residual, Tensor gradient, bool learns)
    {
        Backend.MatMul(latents, _decoder, residual);
        Backend.Scale(residual, -1, residual);
        Backend.Add(residual, block.Target, residual);                                  // r       [rows, dOut]
        var squares = Backend.SumOfSquares(residual);
        Backend.Scale(residual, ErrorSlope, residual);                            // ∂x̂      [rows, dOut]
        if (learns)
        {
            Backend.AddColumnSums(residual, _residualSums);
            Backend.MatMul(latents, residual, Weights.Decoder.Gradient, Transpose.A, accumulate: true);
            if (Weights.Skip is { } skip) Backend.MatMul(residual, block.Input, skip.Gradient, Transpose.A, accumulate: true);
        }
        Backend.MatMul(residual, _decoderTransposed, gradient);                         // ∂f      [rows, dSae]
        return squares;
    }

    /// <summary>The same for latents that are <paramref name="values"/> of a block's entries; <paramref name="products"/> gets r·W_dec of each, r being without the factor of ∂x̂.</summary>
    protected double Reconstruct(RaggedBlock block, Tensor values, Tensor residual, Tensor products, bool learns)
    {
        Backend.SparseResidual(_ragged.Code, values, Weights.Decoder.Value, block.Target, residual, products);
        var squares = Backend.SumOfSquares(residual);
        Backend.Scale(residual, ErrorSlope, residual);                                  // ∂x̂      [rows, dOut]
        if (!learns) return squares;
        Backend.AddColumnSums(residual, _residualSums);
        Backend.SparseGradient(values, _ragged.Order, residual, Weights.Decoder.Gradient, accumulate: true);
        if (Weights.Skip is { } skip) Backend.MatMul(residual, block.Input, skip.Gradient, Transpose.A, accumulate: true);
        return squares;
    }

    private double RunDense()
    {
        Backend.Pack(Weights.Decoder.Value, Transpose.None, _decoder);
        Backend.Pack(Weights.Decoder.Value, Transpose.B, _decoderTransposed);
        var squares = 0.0;
        foreach (var block in _blocks) squares += Add(block);
        return squares;
    }

    private double RunSparse(RaggedBlock[] blocks, (Tensor? Bias, Tensor? Thresholds) gate)
    {
        var squares = 0.0;
        foreach (var block in blocks)
        {
            _ragged.Encode(block, gate.Bias, gate.Thresholds);
            squares += Reconstruct(block, Activate(block), block.Residual, _ragged.Code.Gradients, learns: true);
            if (_errors is not null) Backend.RowNorms(block.Residual, block.Errors!);    // of −2w·r
            Backward(block);                                                            // ∂pre    [entries]
            Backend.SparseGradient(_ragged.Code.Gradients, _ragged.Order, block.Input, Weights.Encoder.Gradient, accumulate: true);
        }
        return squares;
    }

    /// <summary>Adds the gradients of a block and returns its Σ‖r‖².</summary>
    private double Add(LatentBlock block)
    {
        Backend.MatMul(block.Input, _encoder, block.Pre);
        Activate(block);                                                                // f       [rows, dSae]
        var squares = Reconstruct(block, block.Latents, block.Residual, block.Gradient, learns: true);
        if (_errors is not null) Backend.RowNorms(block.Residual, block.Errors!);        // of −2w·r
        Backward(block);                                                                // ∂pre    [rows, dSae]
        Backend.MatMul(block.Gradient, block.Input, Weights.Encoder.Gradient, Transpose.A, accumulate: true);
        return squares;
    }

    private void MakeBlocks(Tensor input, Tensor target)
    {
        _blocks = new LatentBlock[(input.RowCount + BlockRows - 1) / BlockRows];
        for (var i = 0; i < _blocks.Length; i++)
        {
            var (start, rows) = (i * BlockRows, Math.Min(BlockRows, input.RowCount - i * BlockRows));
            var (pre, latents) = (_pre.Rows(0, rows), _latents.Rows(0, rows));
            _blocks[i] = new(input, start, input.Rows(start, rows), target.Rows(start, rows), pre, _latents == _pre ? pre : latents, _gradient.Rows(0, rows), _residual.Rows(0, rows), _errors?.Rows(start, rows));
        }
    }
}
