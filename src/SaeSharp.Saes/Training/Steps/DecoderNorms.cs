using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Optimisers;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>What decoder rows count in the penalty and in the choice of latents: their length, or where they write several hooks the sum of the lengths of their parts.</summary>
/// <remarks>
/// Lindsey et al. 2024, Sparse Crosscoders: with the sum a latent of several layers costs what one of each layer would, so the sum over layers is free to be sparse; the length of the whole
/// row would make sharing cheaper than not sharing.
/// </remarks>
internal sealed class DecoderNorms
{
    private readonly StepSetting _setting;
    private readonly TrainedTensor _decoder;
    private readonly Tensor _rows, _lengths;

    public DecoderNorms(StepSetting setting, TrainedTensor decoder)
    {
        (_setting, _decoder, Values) = (setting, decoder, Tensor.Zeros(setting.Type, setting.DSae));
        _rows = setting.NormParts == 1 ? decoder.Value : decoder.Value.Reshape(checked(setting.DSae * setting.NormParts), setting.DOut / setting.NormParts);
        _lengths = setting.NormParts == 1 ? Values : Tensor.Zeros(setting.Type, _rows.RowCount);
        for (var f = 0; f < setting.DSae; f++) Values.Write(f, 1);
    }

    /// <summary>As last taken, 1 at first: [dSae].</summary>
    public Tensor Values { get; }

    /// <summary>Computes them from the decoder as it is.</summary>
    public Tensor Take()
    {
        _setting.Backend.RowNorms(_rows, _lengths);
        if (_lengths == Values) return Values;
        for (var f = 0; f < _setting.DSae; f++)
        {
            var sum = 0.0;
            for (var part = 0; part < _setting.NormParts; part++) sum += _lengths.Read((long)f * _setting.NormParts + part);
            Values.Write(f, sum);
        }
        return Values;
    }

    /// <summary>A length's gradient goes along its part of the row: ∂W[i] += ∂‖W[i]‖ · W[i] / ‖W[i]‖.</summary>
    /// <param name="slopes">∂loss/∂<see cref="Values"/> [dSae].</param>
    public void AddGradient(Tensor slopes)
    {
        if (_setting.Type == DType.F64) Job<double>.Run(this, slopes);
        else Job<float>.Run(this, slopes);
    }

    /// <summary>Multiplies latents by what their rows count, and divides the rows by it. A row of zeros stays, and its latent is always 0.</summary>
    /// <param name="tensors">W_enc [dIn, dSae], b_enc and W_dec; changed in place.</param>
    /// <param name="parts">Hooks that the rows write.</param>
    public static void Fold(Dictionary<string, Tensor> tensors, int parts)
    {
        var (encoder, bias, decoder) = (tensors["W_enc"], tensors["b_enc"], tensors["W_dec"]);
        var (dSae, dOut) = (decoder.RowCount, decoder.Columns);
        for (var f = 0; f < dSae; f++)
        {
            var norm = 0.0;
            for (var part = 0; part < parts; part++)
            {
                var squares = 0.0;
                for (var i = part * (dOut / parts); i < (part + 1) * (dOut / parts); i++) squares += Math.Pow(decoder.Read(f * (long)dOut + i), 2);
                norm += Math.Sqrt(squares);
            }
            bias.Write(f, bias.Read(f) * norm);
            for (var i = 0L; i < encoder.RowCount; i++) encoder.Write(i * dSae + f, encoder.Read(i * dSae + f) * norm);
            for (var i = 0L; i < dOut && norm > 0; i++) decoder.Write(f * (long)dOut + i, decoder.Read(f * (long)dOut + i) / norm);
        }
    }

    private readonly struct Job<T>(DecoderNorms norms, Tensor slopes) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int Latents = 64;

        public static void Run(DecoderNorms norms, Tensor slopes)
        {
            var job = new Job<T>(norms, slopes);
            norms._setting.Backend.Run((norms._setting.DSae + Latents - 1) / Latents, ref job);
        }

        public void Run(int part)
        {
            var parts = norms._setting.NormParts;
            var width = norms._setting.DOut / parts;
            for (var f = part * Latents; f < Math.Min(norms._setting.DSae, (part + 1) * Latents); f++)
            {
                var slope = slopes.Span<T>()[f];
                if (T.IsZero(slope)) continue;
                for (var p = 0; p < parts; p++)
                {
                    var length = norms._lengths.Span<T>()[f * parts + p];
                    if (T.IsZero(length)) continue;
                    var gradient = norms._decoder.Gradient.Row<T>(f).Slice(p * width, width);
                    TensorPrimitives.MultiplyAdd(norms._decoder.Value.Row<T>(f).Slice(p * width, width), slope / length, gradient, gradient);
                }
            }
        }
    }
}
