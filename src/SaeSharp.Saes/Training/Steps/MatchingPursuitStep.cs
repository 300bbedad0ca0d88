using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a matching-pursuit SAE: the latent that fits best is taken off the activation, then the one that fits best what is left, and so on; the decoder is the encoder.</summary>
/// <remarks>
/// Costa et al. 2025, arXiv:2506.03093v1; SAELens, <c>saes/matching_pursuit_sae.py</c>. r_0 = x − b_dec, v_t = ReLU(max r_t·W_dec), r_{t+1} = r_t − v_t·W_dec[i_t]; loss = mean‖r_T‖².
/// Backwards with δ_T = 2·r_T / batch: ∂v_t = −δ_{t+1}·W_dec[i_t]; W_dec[i_t] gets −v_t·δ_{t+1} + ∂v_t·r_t; δ_t = δ_{t+1} + ∂v_t·W_dec[i_t]; b_dec gets −Σ δ_0. Going back, r_t is made
/// from r_{t+1} again, so no residual but the last is kept. The products r·W_dec, one of [batch, dIn] by [dIn, dSae] a step, are all the cost; their results are never written.
/// </remarks>
[SaeArchitecture("matching_pursuit"), TrainingTraits(Pursues = true)]
internal sealed class MatchingPursuitStep : TrainingStep
{
    private readonly PursuitOptions _options;
    private readonly PackedMatrix _dictionary;
    private readonly Tensor _residual, _zeros, _slope;
    private readonly (Tensor Values, Tensor Indices)[] _found; // for each t: [batch, 1]
    private readonly bool[] _isDone;

    public MatchingPursuitStep(StepSetting setting) : base(setting, hasEncoder: false)
    {
        _options = setting.Config.Pursuit ?? throw OptionException.Invalid("A matching_pursuit SAE needs its pursuit options.", "Set Pursuit in its config.");
        _dictionary = PackedMatrix.Empty(setting.Type, setting.DIn, setting.DSae);
        (_residual, _zeros, _isDone) = (setting.BatchOf(setting.DIn), Tensor.Zeros(setting.Type, setting.DSae), new bool[setting.BatchSize]);
        _slope = Tensor.Zeros(setting.Type, setting.DIn);
        _found = new (Tensor, Tensor)[_options.MaxIterations > 0 ? _options.MaxIterations : setting.DIn];
    }

    public override StepTerms Run(Tensor x, int step, ReadOnlySpan<int> dead) => Setting.Type == DType.F64 ? Run<double>(x) : Run<float>(x);

    public override void ResetLatent(int latent) { } // it has nothing but its decoder row

    private StepTerms Run<T>(Tensor x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var isCentred = Setting.Config.ApplyBDecToInput;
        Centre(x).Input.CopyTo(_residual);
        Backend.Pack(Weights.Decoder.Value, Transpose.B, _dictionary);
        Array.Clear(_isDone);
        Array.Clear(Fired);
        var (steps, active) = (0, 0L);
        for (var open = Setting.BatchSize; open > 0 && steps < _found.Length; steps++)
        {
            ref var found = ref _found[steps];
            if (found.Values is null) found = (Setting.BatchOf(1), Tensor.Zeros(DType.I32, Setting.BatchSize, 1));
            Backend.EncodeTopK(_residual, _dictionary, _zeros, null, found.Values, found.Indices);
            open = 0;
            for (var row = 0; row < _isDone.Length; row++)
            {
                if (_isDone[row]) found.Indices.Span<int>()[row] = -1;
                else if (TakeOff<T>(steps, row, ref active)) open++;
                else _isDone[row] = true;
            }
        }
        var squares = Backend.SumOfSquares(_residual);                        // Σ‖r_T‖²
        foreach (var weight in Weights.All) weight.Gradient.Clear();
        for (var row = 0; row < _isDone.Length; row++) Backward(row, steps, _slope.Span<T>(), isCentred);
        return new(squares * ErrorWeight, 0, 0, active);
    }

    /// <summary>Takes the latent found in step t off a row; false where it is the row's last.</summary>
    private bool TakeOff<T>(int t, int row, ref long active) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var latent = _found[t].Indices.Span<int>()[row];
        if (latent < 0) return false;
        var isNew = true;
        for (var s = 0; s < t && isNew; s++) isNew = _found[s].Indices.Span<int>()[row] != latent;
        if (isNew) active++;
        Fired[latent] = true;
        var residual = _residual.Row<T>(row);
        TensorPrimitives.MultiplyAdd(Weights.Decoder.Value.Row<T>(latent), -_found[t].Values.Span<T>()[row], residual, residual);
        if (_options.StopOnDuplicateSupport && !isNew) return false;
        return !(_options.ResidualThreshold > 0 && double.CreateTruncating(TensorPrimitives.Norm<T>(residual)) < _options.ResidualThreshold);
    }

    private void Backward<T>(int row, int steps, Span<T> slope, bool isCentred) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var residual = _residual.Row<T>(row);
        TensorPrimitives.Multiply(residual, T.CreateTruncating(2 * ErrorWeight), slope);                // δ_T
        for (var t = steps - 1; t >= 0; t--)
        {
            var latent = _found[t].Indices.Span<int>()[row];
            if (latent < 0) continue;
            var value = _found[t].Values.Span<T>()[row];
            ReadOnlySpan<T> direction = Weights.Decoder.Value.Row<T>(latent);
            var gradient = Weights.Decoder.Gradient.Row<T>(latent);
            var dValue = -TensorPrimitives.Dot(slope, direction);
            TensorPrimitives.MultiplyAdd(direction, value, residual, residual);                         // r_t
            TensorPrimitives.MultiplyAdd(slope, -value, gradient, gradient);
            TensorPrimitives.MultiplyAdd(residual, dValue, gradient, gradient);
            TensorPrimitives.MultiplyAdd(direction, dValue, slope, slope);                              // δ_t
        }
        var bias = Weights.DecoderBias.Gradient.Span<T>();
        if (isCentred) TensorPrimitives.Subtract(bias, slope, bias);
    }
}
