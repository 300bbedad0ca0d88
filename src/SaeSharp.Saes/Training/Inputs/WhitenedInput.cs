using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Training.Inputs;

/// <summary>Activations (x − μ)·M with covariance 1, so that no direction counts for more in the loss because it varies more.</summary>
/// <remarks>
/// M·Mᵀ = (C + εI)⁻¹ with C the covariance of the first batches (over n − 1) and ε = 10⁻³, as SAELens' covariance_whitening. Any such M will do; with C + εI = L·Lᵀ this is
/// M = L⁻ᵀ, M⁻¹ = Lᵀ, which needs no eigenvectors (SAELens' M is this one turned).
/// </remarks>
internal sealed class WhitenedInput : InputTransform
{
    private const double Ridge = 1e-3;
    private readonly StepSetting _setting;
    private readonly Tensor _fitted = Tensor.Zeros(DType.F64, 1);
    private readonly Tensor _centred, _minusMean, _matrix;

    public WhitenedInput(StepSetting setting)
    {
        var d = setting.DIn;
        _setting = setting;
        (Mean, Matrix, Inverse) = (Tensor.Zeros(DType.F64, d), Tensor.Zeros(DType.F64, d, d), Tensor.Zeros(DType.F64, d, d));
        (_centred, _minusMean, _matrix) = (setting.BatchOf(d), Tensor.Zeros(setting.Type, d), Tensor.Zeros(setting.Type, d, d));
    }

    /// <summary>μ [dIn].</summary>
    public Tensor Mean { get; }

    /// <summary>M [dIn, dIn].</summary>
    public Tensor Matrix { get; }

    /// <summary>M⁻¹ [dIn, dIn].</summary>
    public Tensor Inverse { get; }

    public override bool IsFitted => _fitted.Read(0) != 0;

    public override IEnumerable<(string, Tensor)> State => [("input.fitted", _fitted), ("input.mean", Mean), ("input.matrix", Matrix), ("input.inverse", Inverse)];

    public override void Fit(ActivationSource source, CancellationToken cancel)
    {
        var (mean, covariance) = SourceStatistics.Covariance(source, Batches(_setting, source), _setting.Backend, _setting.Type, cancel);
        for (var i = 0; i < _setting.DIn; i++)
        {
            Mean.Write(i, mean[i]);
            covariance.Row<double>(i)[i] += Ridge;
        }
        Use(Cholesky(covariance));
    }

    /// <summary>Marks it as fitted, once <see cref="Mean"/>, <see cref="Matrix"/> and <see cref="Inverse"/> are filled.</summary>
    public void Set() => _fitted.Write(0, 1);

    public override void Apply(Tensor x)
    {
        _setting.Backend.Scale(Typed(Mean, _minusMean), -1, _minusMean);
        _setting.Backend.AddRow(x, _minusMean, _centred);                     // x − μ       [batch, dIn]
        _setting.Backend.MatMul(_centred, Typed(Matrix, _matrix), x);         // (x − μ)·M   [batch, dIn]
    }

    /// <summary>W_enc ← M·W_enc, W_dec ← W_dec·M⁻¹, b_dec ← b_dec·M⁻¹ + μ. Latents chosen by decoder norms are chosen by those of training, so the norms move to the encoder first.</summary>
    public override SparseAutoencoder Fold(SparseAutoencoder sae)
    {
        var config = sae.Config;
        if (config.RescaleActsByDecoderNorm) (sae, config) = (sae.FoldDecoderNorms(), config with { RescaleActsByDecoderNorm = false });
        var tensors = sae.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Clone());
        if (tensors.TryGetValue("W_enc", out var encoder)) tensors["W_enc"] = Product(Matrix, encoder);
        tensors["W_dec"] = Product(tensors["W_dec"], Inverse);
        var bias = Product(tensors["b_dec"].Reshape(1, _setting.DIn), Inverse).Reshape(_setting.DIn);
        for (var i = 0; i < _setting.DIn; i++) bias.Write(i, bias.Read(i) + Mean.Read(i));
        tensors["b_dec"] = bias;
        return SaeCatalog.Create(config, new("folded weights", tensors), sae.Backend);
    }

    public override SparseAutoencoder Unfold(SparseAutoencoder sae) =>
        throw OptionException.Invalid("A saved SAE cannot be trained further on whitened activations.", $"Use {nameof(Options.InputNormalisation.MeanNorm)} or {nameof(Options.InputNormalisation.None)}.");

    private static Tensor Typed(Tensor from, Tensor to)
    {
        from.ConvertTo(to);
        return to;
    }

    /// <summary>In f64, to the f32 of files.</summary>
    private static Tensor Product(Tensor a, Tensor b)
    {
        var product = Tensor.Zeros(DType.F64, a.RowCount, b.Columns);
        Reference.Instance.MatMul(a.To(DType.F64), b.To(DType.F64), product);
        return product.To(DType.F32);
    }

    /// <summary>L of C = L·Lᵀ, below the diagonal.</summary>
    private static double[,] Cholesky(Tensor c)
    {
        var n = c.Columns;
        var l = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = c.Row<double>(i)[j];
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                if (i != j) l[i, j] = sum / l[j, j];
                else l[i, i] = sum > 0 && double.IsFinite(sum) ? Math.Sqrt(sum) : throw TrainingException.NoCovariance(i, sum);
            }
        return l;
    }

    /// <summary>M⁻¹ = Lᵀ, and M = L⁻ᵀ column by column.</summary>
    private void Use(double[,] l)
    {
        var n = _setting.DIn;
        var column = new double[n];
        for (var j = 0; j < n; j++)
        {
            Array.Clear(column);
            for (var i = j; i < n; i++)                                       // L·c = e_j
            {
                var sum = i == j ? 1.0 : 0;
                for (var k = j; k < i; k++) sum -= l[i, k] * column[k];
                column[i] = sum / l[i, i];
                Matrix.Write((long)j * n + i, column[i]);
                Inverse.Write((long)j * n + i, l[i, j]);
            }
        }
        Set();
    }
}
