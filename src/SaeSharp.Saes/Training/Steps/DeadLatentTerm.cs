using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The aux-k loss: the strongest dead latents of each activation explain what the living ones left over, and so get a gradient again.</summary>
/// <remarks>
/// Gao et al. 2024, arXiv:2406.04093v1, A.2: κ = auxK or dIn/2, z = the min(κ, dead) largest pre-activations (times decoder norms where they are used) among the dead;
/// loss = s · ‖r − z·W_dec‖² with r = x − x̂ held fixed, no bias. Trainers differ in the rest (<see cref="Convention"/>):
/// SAELens (<c>saes/topk_sae.py</c>): z may be negative; s = coefficient · min(dead/κ, 1) · mean. dictionary_learning: z = ReLU; s = coefficient / Σ‖r − r̄‖².
/// sparsify: z = ReLU; s as SAELens', in units of the loss; the encoder gets no gradient of it.
/// </remarks>
internal sealed class DeadLatentTerm
{
    private const int MostBlockRows = 1024, MostBlockLatents = 1 << 26; // dense [rows, dead] pre-activations in memory at a time
    private readonly StepSetting _setting;
    private readonly SaeParameters _weights;
    private readonly SparseTerm _term;
    private readonly int _auxK;
    private readonly Slots _slots;
    private readonly DeadScratch _scratch;
    private readonly bool _isSigned;
    private readonly Convention _convention;
    private readonly Tensor _biasGradient;
    private DeadProducts? _products; // made when it is first faster
    private Views? _views;
    private double _weight;
    private bool _usesProducts;

    /// <param name="setting">Sizes, type, options and backend.</param>
    /// <param name="weights">Whose latents they are.</param>
    /// <param name="scratch">Room.</param>
    /// <param name="isSigned">Whether the strongest are those of largest magnitude, with their signs.</param>
    public DeadLatentTerm(StepSetting setting, SaeParameters weights, DeadScratch scratch, bool isSigned)
    {
        (_setting, _weights, _scratch, _isSigned) = (setting, weights, scratch, isSigned);
        _convention = isSigned ? Convention.SaeLens : setting.Options.Convention;
        _auxK = setting.Options.Dead.AuxK ?? Math.Max(setting.DIn / 2, 1);
        _term = new(setting);
        _biasGradient = weights.EncoderBias.Gradient.Reshape(setting.DSae, 1);
        _slots = new(setting, Math.Min(_auxK, setting.DSae));
    }

    /// <summary>Share of the dead that have to be chosen for products to be used; tests set it to 0 or 2, for always and never.</summary>
    internal double DenseFrom { get; set; } = DeadProducts.DenseShare;

    /// <summary>The loss for <paramref name="residual"/> x − x̂ [batch, dOut].</summary>
    /// <param name="input">x̃ [batch, dIn].</param>
    /// <param name="residual">What is to be explained.</param>
    /// <param name="norms">Decoder norms [dSae], or null where they are not used.</param>
    /// <param name="dead">Ids of those that explain it.</param>
    /// <param name="errorWeight">What Σ‖r‖² counts in the loss.</param>
    public double Forward(Tensor input, Tensor residual, Tensor? norms, ReadOnlySpan<int> dead, double errorWeight)
    {
        _slots.Resize(Math.Min(_auxK, dead.Length));
        var share = Math.Min((double)dead.Length / _auxK, 1);
        _weight = _setting.Options.Dead.AuxCoefficient * (_convention == Convention.DictionaryLearning ? _scratch.InverseVariance(residual) : share * errorWeight);
        if (_views is null || _views.Dead != dead.Length || _views.Source != input) _views = new(this, input, dead.Length);
        if (_setting.Type == DType.F64) Gather<double>(norms, dead);
        else Gather<float>(norms, dead);
        _usesProducts = _slots.Values.Columns >= DenseFrom * dead.Length;
        if (_usesProducts) return _weight * ForwardProducts(residual, norms, dead);
        Choose(dead);
        if (norms is not null) _term.DivideByNorms(norms);
        return _weight * _term.Decode(residual, _weights.Decoder.Value);
    }

    /// <summary>Adds the gradients of the loss to those of the weights: only rows of dead latents are touched.</summary>
    public void AddGradients(Tensor input)
    {
        if (_usesProducts)
        {
            _products!.AddGradients(_weight);
            return;
        }
        _term.Sort();
        _term.Prepare(_weight, _weights.Decoder.Value);
        _term.DecoderGradient(_weights.Decoder.Gradient, accumulate: true);
        if (_convention == Convention.Sparsify) return;
        _term.EncoderGradient(input, _weights.Encoder.Gradient, accumulate: true);
        _term.BiasGradient(_biasGradient, accumulate: true);
    }

    private void Encode(DeadBlock block)
    {
        _setting.Backend.MatMul(block.Input, _views!.Encoder, block.Latents, Transpose.B); // pre of the dead   [rows, dead]
        _setting.Backend.AddRow(block.Latents, _views.Bias, block.Latents);
    }

    /// <summary>Σ‖r‖² with all gradients, as products.</summary>
    private double ForwardProducts(Tensor residual, Tensor? norms, ReadOnlySpan<int> dead)
    {
        _products ??= new(_setting, _weights);
        _products.Begin(norms, dead);
        var squares = 0.0;
        foreach (var block in _views!.Blocks)
        {
            Encode(block);
            if (block.Magnitudes is { } magnitudes) MagnitudeChoice.Abs(block.Latents, magnitudes);
            _setting.Backend.TopKMask(block.Magnitudes ?? block.Latents, _slots.Values.Columns, onlyPositive: _convention != Convention.SaeLens || _isSigned, block.Mask);
            squares += _products.Add(block, block.Residual(residual), teachesEncoder: _convention != Convention.Sparsify);
        }
        return squares;
    }

    /// <summary>Copies encoder rows and biases of the dead, times decoder norms, to the front of the scratch tensors.</summary>
    private void Gather<T>(Tensor? norms, ReadOnlySpan<int> dead) where T : unmanaged, INumber<T>
    {
        var bias = _scratch.Bias.Span<T>();
        ReadOnlySpan<T> from = _weights.EncoderBias.Value.Span<T>();
        for (var i = 0; i < dead.Length; i++)
        {
            var norm = norms is null ? T.One : norms.Span<T>()[dead[i]];
            bias[i] = from[dead[i]] * norm;
            var row = _scratch.Encoder.Row<T>(i);
            ReadOnlySpan<T> encoder = _weights.Encoder.Value.Row<T>(dead[i]);
            for (var j = 0; j < row.Length; j++) row[j] = encoder[j] * norm;
        }
    }

    /// <summary>Writes the strongest dead latents of each row into the term, by block of rows.</summary>
    private void Choose(ReadOnlySpan<int> dead)
    {
        var backend = _setting.Backend;
        foreach (var block in _views!.Blocks)
        {
            Encode(block);
            if (block.Magnitudes is null) backend.TopKRows(block.Latents, block.Values, block.Indices);
            else MagnitudeChoice.TopKRows(backend, block.Latents, block.Magnitudes, block.Values, block.Indices);
        }
        var chosen = _slots.Indices.Span<int>();
        if (_convention != Convention.SaeLens)
        {
            if (_setting.Type == DType.F64) DropNegative(_slots.Values.Span<double>(), chosen);
            else DropNegative(_slots.Values.Span<float>(), chosen);
        }
        foreach (ref var index in chosen) index = index < 0 ? -1 : dead[index];
        _term.Code.Take(_slots.Values, _slots.Indices);
    }

    private static void DropNegative<T>(ReadOnlySpan<T> values, Span<int> indices) where T : INumber<T>
    {
        for (var i = 0; i < values.Length; i++)
            if (!(values[i] > T.Zero)) indices[i] = -1;
    }

    /// <summary>Views for one number of dead latents; they are made anew when it changes.</summary>
    private sealed class Views
    {
        public Views(DeadLatentTerm owner, Tensor input, int dead)
        {
            (Dead, Source) = (dead, input);
            (Encoder, Bias) = (owner._scratch.Encoder.Rows(0, dead), owner._scratch.Bias.Rows(0, dead));
            var blockRows = Math.Clamp(MostBlockLatents / owner._setting.DSae, 1, MostBlockRows);
            for (var start = 0; start < input.RowCount; start += blockRows)
            {
                var count = Math.Min(blockRows, input.RowCount - start);
                Tensor Of(Tensor scratch) => scratch.Rows(0, count * dead).Reshape(count, dead);
                Blocks.Add(new(input.Rows(start, count), Of(owner._scratch.Latents(blockRows)), owner._isSigned ? Of(owner._scratch.Magnitudes(blockRows)) : null, Of(owner._scratch.Mask(blockRows)),
                    owner._scratch.Error(blockRows).Rows(0, count), owner._slots.Values.Rows(start, count), owner._slots.Indices.Rows(start, count), start));
            }
        }

        public int Dead { get; }

        public Tensor Source { get; }

        /// <summary>[dead, dIn].</summary>
        public Tensor Encoder { get; }

        /// <summary>[dead].</summary>
        public Tensor Bias { get; }

        public List<DeadBlock> Blocks { get; } = [];
    }
}
