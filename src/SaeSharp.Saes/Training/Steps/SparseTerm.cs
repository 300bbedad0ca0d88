using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>One squared-error term w · Σ‖r‖² whose reconstruction is a sparse sum of decoder rows: r = target − Σ_j g_j · W_dec[i_j], and its gradients.</summary>
/// <remarks>
/// With g_j = x̃·W_enc[i_j] + b_enc[i_j]: ∂/∂g = −2w · r·W_dec[i]; W_dec[i] gets Σ −2w · g·r, W_enc[i] gets Σ ∂g·x̃, b_enc[i] gets Σ ∂g.
/// Rescaling by decoder norms needs nothing more: f = g·‖W_dec[i]‖ is divided by the same norm before it is decoded, so the norms choose the latents, but
/// r does not depend on them, and the gradients that autograd sends along both ways cancel.
/// </remarks>
internal sealed class SparseTerm(StepSetting setting, int k)
{
    private readonly Backend _backend = setting.Backend;
    private readonly Tensor _values = Tensor.Zeros(setting.Type, setting.BatchSize * k);
    private readonly Tensor _indices = Tensor.Zeros(DType.I32, setting.BatchSize * k);
    private readonly Tensor _gradients = Tensor.Zeros(setting.Type, setting.BatchSize * k);
    private readonly Tensor _ones = Ones(setting);
    private readonly FeatureMajor _order = new(setting.DSae);

    /// <summary>Latents kept for each activation; <see cref="Resize"/> lowers it.</summary>
    public int K => Values.Columns;

    /// <summary>g [batch, k]; −g after <see cref="Decode"/>.</summary>
    public Tensor Values { get; private set; } = null!;

    /// <summary>[batch, k], i32; −1 where nothing was chosen.</summary>
    public Tensor Indices { get; private set; } = null!;

    /// <summary>∂loss/∂g [batch, k].</summary>
    private Tensor Gradients { get; set; } = null!;

    /// <summary>r [batch, dOut], once decoded.</summary>
    public Tensor Residual { get; } = setting.BatchOf(setting.DOut);

    /// <summary>Which latents have entries, once <see cref="Prepare"/> ran.</summary>
    public FeatureMajor Order => _order;

    /// <summary>Sets the number of latents for each activation; at most the k it was made with.</summary>
    public void Resize(int count)
    {
        if (Values is not null && K == count) return;
        Values = _values.Rows(0, setting.BatchSize * count).Reshape(setting.BatchSize, count);
        Indices = _indices.Rows(0, setting.BatchSize * count).Reshape(setting.BatchSize, count);
        Gradients = _gradients.Rows(0, setting.BatchSize * count).Reshape(setting.BatchSize, count);
    }

    /// <summary>Turns latents that are given times ‖W_dec[i]‖ into g; a row of zeros writes nothing.</summary>
    public void DivideByNorms(Tensor norms)
    {
        if (setting.Type == DType.F64) Divide(Values.Span<double>(), Indices.Span<int>(), norms.Span<double>());
        else Divide(Values.Span<float>(), Indices.Span<int>(), norms.Span<float>());
    }

    /// <summary>Computes r from <paramref name="target"/> [batch, dOut] and returns Σ‖r‖².</summary>
    public double Decode(Tensor target, Tensor decoder)
    {
        _backend.Scale(Values, -1, Values);                                   // −g          [batch, k]
        _backend.SparseDecode(Values, Indices, decoder, null, Residual);      // −x̂          [batch, dOut]
        _backend.Add(Residual, target, Residual);                             // r           [batch, dOut]
        return _backend.SumOfSquares(Residual);
    }

    /// <summary>Takes ∂loss/∂g of weight · Σ‖r‖², which the three gradients below are made of.</summary>
    public void Prepare(double weight, Tensor decoder)
    {
        var factor = 2 * weight;
        _order.Sort(Indices.Span<int>());
        _backend.SparseDots(Residual, Indices, decoder, Gradients);           // r·W_dec     [batch, k]
        _backend.Scale(Gradients, -factor, Gradients);                        // ∂g          [batch, k]
        _backend.Scale(Values, factor, Values);                               // −2w·g       [batch, k]
    }

    /// <summary>Overwrites <paramref name="gradient"/> [dSae, dIn] with that of W_dec.</summary>
    public void DecoderGradient(Tensor gradient) => _backend.SparseGradient(Values, _order, Residual, gradient);

    /// <summary>Overwrites <paramref name="gradient"/> [dSae, dIn] with that of W_encᵀ; <paramref name="input"/> is x̃ [batch, dIn].</summary>
    public void EncoderGradient(Tensor input, Tensor gradient) => _backend.SparseGradient(Gradients, _order, input, gradient);

    /// <summary>Overwrites <paramref name="gradient"/> [dSae, 1] with that of b_enc.</summary>
    public void BiasGradient(Tensor gradient) => _backend.SparseGradient(Gradients, _order, _ones, gradient);

    private static void Divide<T>(Span<T> values, ReadOnlySpan<int> indices, ReadOnlySpan<T> norms) where T : System.Numerics.INumber<T>
    {
        for (var i = 0; i < values.Length; i++)
            if (indices[i] >= 0) values[i] = T.IsZero(norms[indices[i]]) ? T.Zero : values[i] / norms[indices[i]];
    }

    private static Tensor Ones(StepSetting setting)
    {
        var ones = Tensor.Zeros(setting.Type, setting.BatchSize, 1);
        for (var i = 0; i < setting.BatchSize; i++) ones.Write(i, 1);
        return ones;
    }
}
