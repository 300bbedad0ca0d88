using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Runs;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>The step of a TopK SAE as matrix products over [batch, dSae], in f32 on any backend: what the sparse step replaces, at shapes too large for plain loops. No aux loss.</summary>
internal sealed class DenseProducts(SaeTrainer start, int batch)
{
    private readonly Backend _backend = start.Setting.Backend;
    private readonly SaeConfig _config = start.Setting.Config;
    private readonly SaeParameters _weights = Copy(start);
    private readonly Tensor _latents = Tensor.Zeros(DType.F32, batch, start.Setting.Config.DSae), _gradients = Tensor.Zeros(DType.F32, batch, start.Setting.Config.DSae);
    private int _step;

    /// <summary>One step on x [batch, dIn], which is overwritten; returns the loss.</summary>
    public double Advance(Tensor x)
    {
        var (e, d) = (Tensor.Zeros(DType.F32, batch, _config.DIn), _weights.DecoderBias.Value);
        for (var b = 0; b < batch; b++)
            for (var i = 0; i < _config.DIn; i++) x.Row<float>(b)[i] -= d.Span<float>()[i];                 // x − b_dec   [batch, dIn]
        _backend.MatMul(x, _weights.Encoder.Value, _latents, Transpose.B);
        _backend.AddRow(_latents, _weights.EncoderBias.Value, _latents);                                    // pre         [batch, dSae]
        KeepLargest();                                                                                      // g           [batch, dSae]
        _backend.MatMul(_latents, _weights.Decoder.Value, e);
        for (var i = 0L; i < e.Count; i++) e.Write(i, e.Read(i) - x.Read(i));                               // x̂ − x       [batch, dIn]
        var loss = _backend.SumOfSquares(e) / batch;

        _backend.Scale(e, 2.0 / batch, e);
        _backend.MatMul(_latents, e, _weights.Decoder.Gradient, Transpose.A);
        _backend.MatMul(e, _weights.Decoder.Value, _gradients, Transpose.B);
        _backend.ActivateBackward(Activation.Relu, _latents, _gradients, _gradients);                       // ∂pre        [batch, dSae]
        _backend.MatMul(_gradients, x, _weights.Encoder.Gradient, Transpose.A);
        _weights.EncoderBias.Gradient.Clear();
        _backend.AddColumnSums(_gradients, _weights.EncoderBias.Gradient);
        var throughEncoder = Tensor.Zeros(DType.F32, batch, _config.DIn);
        _backend.MatMul(_gradients, _weights.Encoder.Value, throughEncoder);                                // ∂x          [batch, dIn]
        for (var i = 0L; i < e.Count; i++) e.Write(i, e.Read(i) - throughEncoder.Read(i));
        _weights.DecoderBias.Gradient.Clear();
        _backend.AddColumnSums(e, _weights.DecoderBias.Gradient);
        Adam();
        return loss;
    }

    private void KeepLargest()
    {
        var norms = Tensor.Zeros(DType.F32, _config.DSae);
        _backend.RowNorms(_weights.Decoder.Value, norms);
        var keys = new float[_config.DSae];
        for (var b = 0; b < batch; b++)
        {
            var row = _latents.Row<float>(b);
            for (var f = 0; f < keys.Length; f++) keys[f] = -Math.Max(row[f] * norms.Span<float>()[f], 0);
            var sorted = (float[])keys.Clone();
            Array.Sort(sorted);
            for (var f = 0; f < keys.Length; f++)
                if (keys[f] > sorted[_config.K - 1] || keys[f] >= 0) row[f] = 0;
        }
    }

    private void Adam()
    {
        var norm = Math.Sqrt(_weights.All.Sum(weight => _backend.SumOfSquares(weight.Gradient)));
        var options = start.Setting.Options;
        var step = new OptimiserStep(_step + 1, LearningRate.At(_step, options), Math.Min(1, options.ClipNorm!.Value / (norm + 1e-6)));
        foreach (var weight in _weights.All) start.Setting.Optimiser.Step(weight, step);
        _step++;
    }

    private static SaeParameters Copy(SaeTrainer trainer)
    {
        var copy = new SaeParameters(trainer.Setting);
        foreach (var (target, source) in copy.All.Zip(trainer.TrainingStep.Weights.All)) source.Value.CopyTo(target.Value);
        return copy;
    }
}
