using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Architectures;

/// <summary>Matching pursuit: the latent that fits best is taken off the input, then the one that fits best what is left, and so on.</summary>
/// <remarks>
/// r = x − b_dec; repeat i = argmax W_dec r, v = ReLU(W_dec[i] · r), f_i += v, r −= v W_dec[i], until <see cref="SaeConfig.Pursuit"/> says so.
/// Costa et al. 2025, arXiv:2506.03093v1; mirrors SAELens (<c>saes/matching_pursuit_sae.py</c>). The decoder is the encoder: there is no W_enc. Without
/// apply_b_dec_to_input, b_dec is neither taken off nor put back.
/// </remarks>
[SaeArchitecture("matching_pursuit")]
public sealed class MatchingPursuit : SparseAutoencoder
{
    private readonly PackedMatrix _dictionary;
    private readonly PursuitOptions _options;

    public MatchingPursuit(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        _options = config.Pursuit ?? throw OptionException.Invalid("A matching_pursuit SAE needs its pursuit options.", "Set Pursuit in its config.");
        _dictionary = backend.Pack(DecoderDirections, Transpose.B);
    }

    internal override IReadOnlyList<string> LatentTensors => [];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        var block = BlockRows(input.RowCount, DSae);
        for (var start = 0; start < input.RowCount; start += block)
        {
            foreach (var found in Pursue(input.Rows(start, Math.Min(block, input.RowCount - start))))
                codes.AddSlots([.. found.Keys], [.. found.Values]);
        }
    }

    /// <summary>The latents of each row; leaves the residuals in <paramref name="residuals"/>.</summary>
    private Dictionary<int, float>[] Pursue(Tensor residuals)
    {
        var found = new Dictionary<int, float>[residuals.RowCount];
        for (var row = 0; row < found.Length; row++) found[row] = [];
        var open = Enumerable.Range(0, found.Length).ToList();
        var (packed, fits) = (Tensor.Zeros(DType.F32, found.Length, DIn), Tensor.Zeros(DType.F32, found.Length, DSae));
        for (var step = _options.MaxIterations > 0 ? _options.MaxIterations : DIn; step > 0 && open.Count > 0; step--)
        {
            for (var i = 0; i < open.Count; i++) residuals.Row<float>(open[i]).CopyTo(packed.Row<float>(i));
            Backend.MatMul(packed.Rows(0, open.Count), _dictionary, fits.Rows(0, open.Count)); // r·Dᵀ   [open, dSae]
            for (var i = open.Count - 1; i >= 0; i--)
                if (!Step(fits.Row<float>(i), residuals.Row<float>(open[i]), found[open[i]])) open.RemoveAt(i);
        }
        packed.Free();
        fits.Free();
        return found;
    }

    /// <summary>Takes the best latent off one row; false where the row is done.</summary>
    private bool Step(ReadOnlySpan<float> fits, Span<float> residual, Dictionary<int, float> found)
    {
        var best = 0;
        for (var i = 1; i < fits.Length; i++)
            if (fits[i] > fits[best]) best = i;
        var isNew = fits[best] > 0 && !found.ContainsKey(best);
        if (fits[best] > 0)
        {
            found[best] = found.GetValueOrDefault(best) + fits[best];
            TensorPrimitives.MultiplyAdd(DecoderDirections.Row<float>(best), -fits[best], residual, residual);
        }
        if (_options.StopOnDuplicateSupport && !isNew) return false;
        return fits[best] > 0 && !(_options.ResidualThreshold > 0 && TensorPrimitives.Norm<float>(residual) < _options.ResidualThreshold);
    }

    private protected override Tensor FindEncoderDirections() => DecoderDirections;
}
