using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The aux-k loss as products over all dead latents, of which those that were not chosen are 0: faster than sums over entries where most are chosen.</summary>
/// <remarks>
/// With h = g·n the chosen latents times norms (n = 1 where none are used) and D' = −W_dec/n, the error is r = target + h·D'. What the products leave out of the gradients is the same for a
/// whole latent: −2w/n for that of W_dec, which is made of hᵀ·r, and 2w·n for that of g, which is made of r·D'ᵀ. Gradients are kept apart, one row a dead latent, and added to those of
/// the weights with these factors. The twin is the sparse form of <see cref="DeadLatentTerm"/>.
/// </remarks>
internal sealed class DeadProducts
{
    /// <summary>Chosen latents of so many dead from which products are faster.</summary>
    public const double DenseShare = 0.12;

    private readonly StepSetting _setting;
    private readonly SaeParameters _weights;
    private readonly Tensor _decoder, _norms, _decoderGradient, _encoderGradient, _biasGradient;
    private readonly int[] _dead;
    private Rows? _rows;

    public DeadProducts(StepSetting setting, SaeParameters weights)
    {
        (_setting, _weights, _dead) = (setting, weights, new int[setting.DSae]);
        Tensor Zeros(params ReadOnlySpan<int> shape) => Tensor.Zeros(setting.Type, shape);
        (_decoder, _decoderGradient, _encoderGradient) = (Zeros(setting.DSae, setting.DOut), Zeros(setting.DSae, setting.DOut), Zeros(setting.DSae, setting.DIn)); // memory that no row reaches is never there
        (_norms, _biasGradient) = (Zeros(setting.DSae), Zeros(setting.DSae));
    }

    /// <summary>Takes the decoder rows of the dead.</summary>
    public void Begin(Tensor? norms, ReadOnlySpan<int> dead)
    {
        dead.CopyTo(_dead);
        if (_rows is null || _rows.Count != dead.Length) _rows = new(this, dead.Length);
        if (_setting.Type == DType.F64) Gather<double>(norms, dead);
        else Gather<float>(norms, dead);
        _rows.DecoderGradient.Clear();
        _rows.EncoderGradient.Clear();
        _rows.BiasGradient.Clear();
    }

    /// <summary>Adds the gradients of a block of rows, without their factors, and returns its Σ‖r‖². Latents are overwritten.</summary>
    /// <param name="block">Its views.</param>
    /// <param name="residual">What is to be explained: [rows, dOut].</param>
    /// <param name="teachesEncoder">Whether the encoder gets gradients.</param>
    public double Add(DeadBlock block, Tensor residual, bool teachesEncoder)
    {
        var (backend, rows, latents, mask, error) = (_setting.Backend, _rows!, block.Latents, block.Mask, block.Error);
        backend.Multiply(latents, mask, latents);                                         // h       [rows, dead]
        backend.MatMul(latents, rows.Decoder, error);
        backend.Add(error, residual, error);                                              // r       [rows, dOut]
        backend.MatMul(latents, error, rows.DecoderGradient, Transpose.A, accumulate: true);
        if (teachesEncoder)
        {
            backend.MatMul(error, rows.Decoder, latents, Transpose.B);
            backend.Multiply(latents, mask, latents);
            backend.MatMul(latents, block.Input, rows.EncoderGradient, Transpose.A, accumulate: true);
            backend.AddColumnSums(latents, rows.BiasGradient);
        }
        return backend.SumOfSquares(error);
    }

    /// <summary>Adds what <see cref="Add"/> found to the gradients of the weights.</summary>
    /// <param name="weight">w: what Σ‖r‖² counts in the loss.</param>
    public void AddGradients(double weight)
    {
        if (_setting.Type == DType.F64) Scatter<double>(weight);
        else Scatter<float>(weight);
    }

    private void Gather<T>(Tensor? norms, ReadOnlySpan<int> dead) where T : unmanaged, INumber<T>
    {
        var taken = _norms.Span<T>();
        for (var i = 0; i < dead.Length; i++)
        {
            taken[i] = norms is null ? T.One : norms.Span<T>()[dead[i]];
            if (T.IsZero(taken[i])) _decoder.Row<T>(i).Clear();                            // a row of zeros writes nothing
            else TensorPrimitives.Multiply(_weights.Decoder.Value.Row<T>(dead[i]), -T.One / taken[i], _decoder.Row<T>(i));
        }
    }

    private void Scatter<T>(double weight) where T : unmanaged, INumber<T>
    {
        var bias = _weights.EncoderBias.Gradient.Span<T>();
        for (var i = 0; i < _rows!.Count; i++)
        {
            var norm = _norms.Span<T>()[i];
            var (ofDecoder, ofLatent) = (T.IsZero(norm) ? T.Zero : T.CreateTruncating(-2 * weight) / norm, T.CreateTruncating(2 * weight) * norm);
            Span<T> decoder = _weights.Decoder.Gradient.Row<T>(_dead[i]), encoder = _weights.Encoder.Gradient.Row<T>(_dead[i]);
            TensorPrimitives.MultiplyAdd(_decoderGradient.Row<T>(i), ofDecoder, decoder, decoder);
            TensorPrimitives.MultiplyAdd(_encoderGradient.Row<T>(i), ofLatent, encoder, encoder);
            bias[_dead[i]] += ofLatent * _biasGradient.Span<T>()[i];
        }
    }

    /// <summary>The first rows of everything, for one number of dead latents.</summary>
    private sealed class Rows(DeadProducts owner, int count)
    {
        public int Count => count;
        public Tensor Decoder { get; } = owner._decoder.Rows(0, count);
        public Tensor DecoderGradient { get; } = owner._decoderGradient.Rows(0, count);
        public Tensor EncoderGradient { get; } = owner._encoderGradient.Rows(0, count);
        public Tensor BiasGradient { get; } = owner._biasGradient.Rows(0, count);
    }
}

/// <summary>Views of a block of rows in the aux-k loss.</summary>
/// <param name="Input">x̃ [rows, dIn].</param>
/// <param name="Latents">[rows, dead].</param>
/// <param name="Magnitudes">[rows, dead]; null where latents are chosen with their signs.</param>
/// <param name="Mask">[rows, dead]: 1 where a latent is chosen.</param>
/// <param name="Error">[rows, dOut].</param>
/// <param name="Values">Chosen latents [rows, κ].</param>
/// <param name="Indices">Their ids [rows, κ].</param>
/// <param name="Start">First row in the batch.</param>
internal sealed record DeadBlock(Tensor Input, Tensor Latents, Tensor? Magnitudes, Tensor Mask, Tensor Error, Tensor Values, Tensor Indices, int Start)
{
    private Tensor? _of, _residual;

    /// <summary>Its rows of a residual; the view is kept.</summary>
    public Tensor Residual(Tensor batch)
    {
        if (_of != batch) (_of, _residual) = (batch, batch.Rows(Start, Input.RowCount));
        return _residual!;
    }
}
