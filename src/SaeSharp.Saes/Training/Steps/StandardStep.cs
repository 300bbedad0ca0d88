using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a standard SAE: loss = mean‖x − x̂‖² + λ · mean‖f ⊙ ‖W_dec‖‖_p, dense, in blocks of rows.</summary>
/// <remarks>Memory is 2 × 512 × dSae beside the weights, whatever the batch. λ rises as λ·t/w over the first w steps, so it is 0 in the very first.</remarks>
[SaeArchitecture("standard")]
internal sealed class StandardStep : TrainingStep
{
    private const int BlockRows = 512;
    private readonly Tensor _latents, _dLatents, _residual, _normGradient, _norms, _latentSums, _sums;

    public StandardStep(StepSetting setting) : base(setting)
    {
        var (block, dIn, dSae, type) = (Math.Min(BlockRows, setting.BatchSize), setting.Config.DIn, setting.Config.DSae, setting.Type);
        (_latents, _dLatents) = (Tensor.Zeros(type, block, dSae), Tensor.Zeros(type, block, dSae));
        (_residual, _sums) = (Tensor.Zeros(type, block, dIn), Tensor.Zeros(type, 1, dIn));
        (_norms, _normGradient, _latentSums) = (Tensor.Zeros(type, dSae), Tensor.Zeros(type, dSae), Tensor.Zeros(type, dSae));
    }

    public override StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead)
    {
        var (input, target) = Centre(x);
        var coefficient = Penalty.At(step);
        foreach (var weight in Weights.All) weight.Gradient.Clear();
        _normGradient.Clear();
        _latentSums.Clear();
        _sums.Clear();
        Backend.RowNorms(Weights.Decoder.Value, _norms);
        var (squares, penalty, active) = (0.0, 0.0, 0L);
        for (var start = 0; start < x.RowCount; start += BlockRows)
        {
            var count = Math.Min(BlockRows, x.RowCount - start);
            var part = Block(input.Rows(start, count), target.Rows(start, count), coefficient / x.RowCount);
            (squares, penalty, active) = (squares + part.Squares, penalty + part.Penalty, active + part.Active);
        }
        AddNormGradient();
        AddDecoderBiasGradient(_sums, -2 * ErrorWeight);
        for (var f = 0; f < Fired.Length; f++) Fired[f] = _latentSums.Read(f) > 0;
        return new(squares * ErrorWeight, penalty, 0, active) { Coefficient = coefficient };
    }

    /// <summary>Adds the gradients of a block of rows; <paramref name="price"/> is λ/batch.</summary>
    private (double Squares, double Penalty, long Active) Block(Tensor input, Tensor target, double price)
    {
        var (latents, dLatents, residual) = (_latents.Rows(0, input.RowCount), _dLatents.Rows(0, input.RowCount), _residual.Rows(0, input.RowCount));
        Backend.MatMul(input, Weights.Encoder.Value, latents, Transpose.B);
        Backend.AddRow(latents, Weights.EncoderBias.Value, latents);
        Backend.Activate(Activation.Relu, latents, latents);                            // f       [rows, dSae]
        Backend.AddColumnSums(latents, _latentSums);
        Backend.MatMul(latents, Weights.Decoder.Value, residual);
        Backend.Scale(residual, -1, residual);
        Backend.Add(residual, target, residual);                                        // r       [rows, dIn]
        var squares = Backend.SumOfSquares(residual);
        Backend.AddColumnSums(residual, _sums);

        Backend.Scale(residual, -2 * ErrorWeight, residual);                    // ∂x̂      [rows, dIn]
        Backend.MatMul(latents, residual, Weights.Decoder.Gradient, Transpose.A, accumulate: true);
        Backend.MatMul(residual, Weights.Decoder.Value, dLatents, Transpose.B);         // ∂f      [rows, dSae]
        var (penalty, active) = Setting.Type == DType.F64 ? AddPenalty<double>(latents, dLatents, price) : AddPenalty<float>(latents, dLatents, price);
        Backend.ActivateBackward(Activation.Relu, latents, dLatents, dLatents);         // ∂pre    [rows, dSae]
        Backend.MatMul(dLatents, input, Weights.Encoder.Gradient, Transpose.A, accumulate: true);
        Backend.AddColumnSums(dLatents, Weights.EncoderBias.Gradient);
        return (squares, penalty, active);
    }

    /// <summary>price · Σ_rows ‖v‖_p with v = f ⊙ ‖W_dec‖; adds its gradients to ∂f and to those of the norms.</summary>
    /// <remarks>∂v = (v/‖v‖_p)^(p−1); ∂f = ∂v·‖W_dec‖, ∂‖W_dec‖ = Σ ∂v·f. At v = 0 the gradient is 0.</remarks>
    private (double Penalty, long Active) AddPenalty<T>(Tensor latents, Tensor dLatents, double price) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var p = Options.Penalty.P;
        ReadOnlySpan<T> norms = _norms.Span<T>();
        var dNorms = _normGradient.Span<T>();
        var (penalty, active) = (0.0, 0L);
        for (var row = 0; row < latents.RowCount; row++)
        {
            ReadOnlySpan<T> f = latents.Row<T>(row);
            var length = LpLength(f, norms, p, ref active);
            penalty += price * length;
            if (length == 0 || price == 0) continue;
            var df = dLatents.Row<T>(row);
            for (var i = 0; i < f.Length; i++)
            {
                if (T.IsZero(f[i])) continue;
                var dv = T.CreateTruncating(p == 1 ? price : price * Math.Pow(double.CreateTruncating(f[i] * norms[i]) / length, p - 1));
                df[i] += dv * norms[i];
                dNorms[i] += dv * f[i];
            }
        }
        return (penalty, active);
    }

    private static double LpLength<T>(ReadOnlySpan<T> f, ReadOnlySpan<T> norms, double p, ref long active) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = 0.0;
        for (var i = 0; i < f.Length; i++)
        {
            if (T.IsZero(f[i])) continue;
            active++;
            var v = double.CreateTruncating(f[i] * norms[i]);
            sum += p == 1 ? v : Math.Pow(v, p);
        }
        return p == 1 ? sum : Math.Pow(sum, 1 / p);
    }

    /// <summary>A norm's gradient goes along its row: ∂W_dec[i] += ∂‖W_dec[i]‖ · W_dec[i] / ‖W_dec[i]‖.</summary>
    private void AddNormGradient()
    {
        var gradient = Weights.Decoder.Gradient;
        for (var f = 0; f < Fired.Length; f++)
        {
            if (_normGradient.Read(f) == 0 || _norms.Read(f) == 0) continue;
            var factor = _normGradient.Read(f) / _norms.Read(f);
            for (var i = (long)f * Setting.Config.DIn; i < (f + 1L) * Setting.Config.DIn; i++) gradient.Write(i, gradient.Read(i) + factor * Weights.Decoder.Value.Read(i));
        }
    }
}
