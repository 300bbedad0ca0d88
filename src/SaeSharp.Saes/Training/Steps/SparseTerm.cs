using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>One squared-error term w · Σ‖r‖² whose reconstruction is a sparse sum of decoder rows: r = target − Σ_j g_j · W_dec[i_j], and its gradients.</summary>
/// <remarks>
/// With g_j = x̃·W_enc[i_j] + b_enc[i_j]: ∂/∂g = −2w · r·W_dec[i]; W_dec[i] gets Σ −2w · g·r, W_enc[i] gets Σ ∂g·x̃, b_enc[i] gets Σ ∂g.
/// Rescaling by decoder norms needs nothing more: f = g·‖W_dec[i]‖ is divided by the same norm before it is decoded, so the norms choose the latents, but
/// r does not depend on them, and the gradients that autograd sends along both ways cancel.
/// </remarks>
internal sealed class SparseTerm(StepSetting setting, int capacity = 0)
{
    private readonly Backend _backend = setting.Backend;
    private readonly Tensor _ones = Ones(setting);
    private readonly FeatureMajor _order = new(setting.DSae);

    /// <summary>The chosen latents of each activation. Its values are g; −g after <see cref="Decode"/>.</summary>
    public SparseRows Code { get; } = new(setting.Type, setting.BatchSize, capacity);

    /// <summary>r [batch, dOut], once decoded.</summary>
    public Tensor Residual { get; } = setting.BatchOf(setting.DOut);

    /// <summary>Which latents have entries, once <see cref="Sort"/> ran.</summary>
    public FeatureMajor Order => _order;

    /// <summary>Turns latents that are given times ‖W_dec[i]‖ into g; a row of zeros writes nothing.</summary>
    public void DivideByNorms(Tensor norms)
    {
        var indices = Code.Indices.Span<int>()[..Code.Count];
        if (setting.Type == DType.F64) Divide(Code.Values.Span<double>(), indices, norms.Span<double>());
        else Divide(Code.Values.Span<float>(), indices, norms.Span<float>());
    }

    /// <summary>Computes r from <paramref name="target"/> [batch, dOut] and returns Σ‖r‖².</summary>
    public double Decode(Tensor target, Tensor decoder)
    {
        _backend.Scale(Code.Values, -1, Code.Values);                         // −g          [entries]
        _backend.SparseDecode(Code, decoder, null, Residual);                 // −x̂          [batch, dOut]
        _backend.Add(Residual, target, Residual);                             // r           [batch, dOut]
        return _backend.SumOfSquares(Residual);
    }

    /// <summary>Finds the entries of each latent.</summary>
    public void Sort() => _order.Sort(Code);

    /// <summary>Takes ∂loss/∂g of weight · Σ‖r‖², which the three gradients below are made of. <see cref="Sort"/> comes first.</summary>
    public void Prepare(double weight, Tensor decoder)
    {
        var factor = 2 * weight;
        _backend.SparseDots(Residual, Code, decoder);                         // r·W_dec     [entries]
        _backend.Scale(Code.Gradients, -factor, Code.Gradients);              // ∂g          [entries]
        _backend.Scale(Code.Values, factor, Code.Values);                     // −2w·g       [entries]
    }

    /// <summary>Overwrites <paramref name="gradient"/> [dSae, dIn] with that of W_dec, or adds that to it.</summary>
    public void DecoderGradient(Tensor gradient, bool accumulate = false) => _backend.SparseGradient(Code.Values, _order, Residual, gradient, accumulate);

    /// <summary>Overwrites <paramref name="gradient"/> [dSae, dIn] with that of W_encᵀ, or adds that to it; <paramref name="input"/> is x̃ [batch, dIn].</summary>
    public void EncoderGradient(Tensor input, Tensor gradient, bool accumulate = false) => _backend.SparseGradient(Code.Gradients, _order, input, gradient, accumulate);

    /// <summary>Overwrites <paramref name="gradient"/> [dSae, 1] with that of b_enc, or adds that to it.</summary>
    public void BiasGradient(Tensor gradient, bool accumulate = false) => _backend.SparseGradient(Code.Gradients, _order, _ones, gradient, accumulate);

    private static void Divide<T>(Span<T> values, ReadOnlySpan<int> indices, ReadOnlySpan<T> norms) where T : System.Numerics.INumber<T>
    {
        for (var i = 0; i < indices.Length; i++) values[i] = T.IsZero(norms[indices[i]]) ? T.Zero : values[i] / norms[indices[i]];
    }

    private static Tensor Ones(StepSetting setting)
    {
        var ones = Tensor.Zeros(setting.Type, setting.BatchSize, 1);
        for (var i = 0; i < setting.BatchSize; i++) ones.Write(i, 1);
        return ones;
    }
}
