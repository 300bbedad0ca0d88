using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The aux-k loss as products over all dead latents, of which those that were not chosen are 0: faster than sums over entries where most are chosen.</summary>
/// <remarks>Gradients are kept apart, one row a dead latent, and added to those of the weights afterwards. Its twin is the sparse form of <see cref="DeadLatentTerm"/>.</remarks>
internal sealed class DeadProducts
{
    /// <summary>Chosen latents of so many dead from which products are faster.</summary>
    public const double DenseShare = 0.12;

    private readonly StepSetting _setting;
    private readonly SaeParameters _weights;
    private readonly Tensor _decoder, _factors, _decoderGradient, _encoderGradient, _biasGradient;
    private readonly int[] _dead;
    private Rows? _rows;

    public DeadProducts(StepSetting setting, SaeParameters weights)
    {
        (_setting, _weights, _dead) = (setting, weights, new int[setting.DSae]);
        Tensor Zeros(params ReadOnlySpan<int> shape) => Tensor.Zeros(setting.Type, shape);
        (_decoder, _decoderGradient, _encoderGradient) = (Zeros(setting.DSae, setting.DOut), Zeros(setting.DSae, setting.DOut), Zeros(setting.DSae, setting.DIn)); // memory that no row reaches is never there
        (_factors, _biasGradient) = (Zeros(setting.DSae), Zeros(setting.DSae));
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

    /// <summary>Adds the gradients of a block of rows and returns its Σ‖r‖². Latents come times norms and become ∂pre.</summary>
    /// <param name="block">Its views.</param>
    /// <param name="residual">What is to be explained: [rows, dOut].</param>
    /// <param name="weight">What Σ‖r‖² counts in the loss.</param>
    /// <param name="teachesEncoder">Whether the encoder gets gradients.</param>
    public double Add(DeadBlock block, Tensor residual, double weight, bool teachesEncoder)
    {
        var (backend, rows, latents, mask, error) = (_setting.Backend, _rows!, block.Latents, block.Mask, block.Error);
        backend.Multiply(latents, mask, latents);
        backend.MultiplyRow(latents, rows.Factors, latents);                              // −g      [rows, dead]
        backend.MatMul(latents, rows.Decoder, error);
        backend.Add(error, residual, error);                                              // r       [rows, dOut]
        var squares = backend.SumOfSquares(error);
        backend.Scale(error, 2 * weight, error);                                          // −∂ẑ     [rows, dOut]
        backend.MatMul(latents, error, rows.DecoderGradient, Transpose.A, accumulate: true);
        if (!teachesEncoder) return squares;
        backend.Scale(error, -1, error);
        backend.MatMul(error, rows.Decoder, latents, Transpose.B);
        backend.Multiply(latents, mask, latents);                                         // ∂pre    [rows, dead]
        backend.MatMul(latents, block.Input, rows.EncoderGradient, Transpose.A, accumulate: true);
        backend.AddColumnSums(latents, rows.BiasGradient);
        return squares;
    }

    /// <summary>Adds what <see cref="Add"/> found to the gradients of the weights.</summary>
    public void AddGradients()
    {
        if (_setting.Type == DType.F64) Scatter<double>();
        else Scatter<float>();
    }

    private void Gather<T>(Tensor? norms, ReadOnlySpan<int> dead) where T : unmanaged, INumber<T>
    {
        var factors = _factors.Span<T>();
        for (var i = 0; i < dead.Length; i++)
        {
            _weights.Decoder.Value.Row<T>(dead[i]).CopyTo(_decoder.Row<T>(i));
            var norm = norms is null ? T.One : norms.Span<T>()[dead[i]];
            factors[i] = T.IsZero(norm) ? T.Zero : -T.One / norm;                          // a row of zeros writes nothing
        }
    }

    private void Scatter<T>() where T : unmanaged, INumber<T>
    {
        var bias = _weights.EncoderBias.Gradient.Span<T>();
        for (var i = 0; i < _rows!.Count; i++)
        {
            Span<T> decoder = _weights.Decoder.Gradient.Row<T>(_dead[i]), encoder = _weights.Encoder.Gradient.Row<T>(_dead[i]);
            TensorPrimitives.Add(decoder, _decoderGradient.Row<T>(i), decoder);
            TensorPrimitives.Add(encoder, _encoderGradient.Row<T>(i), encoder);
            bias[_dead[i]] += _biasGradient.Span<T>()[i];
        }
    }

    /// <summary>The first rows of everything, for one number of dead latents.</summary>
    private sealed class Rows(DeadProducts owner, int count)
    {
        public int Count => count;
        public Tensor Decoder { get; } = owner._decoder.Rows(0, count);
        public Tensor Factors { get; } = owner._factors.Rows(0, count);
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
