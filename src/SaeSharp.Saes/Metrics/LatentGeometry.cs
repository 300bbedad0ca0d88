using SaeSharp.Numerics;

namespace SaeSharp.Saes.Metrics;

/// <summary>What the weights alone say about each latent, in f64: SAELens' weight-based metrics and the decoder's norms.</summary>
public sealed class LatentGeometry
{
    /// <summary>Looks at the weights of <paramref name="sae"/>.</summary>
    public static LatentGeometry Of(SparseAutoencoder sae)
    {
        ArgumentNullException.ThrowIfNull(sae);
        return new(sae.EncoderDirections, sae.DecoderDirections, sae.Tensors.GetValueOrDefault("b_enc"));
    }

    /// <param name="encoder">[dSae, dIn].</param>
    /// <param name="decoder">[dSae, dOut].</param>
    /// <param name="bias">b_enc [dSae]; null where the architecture has none.</param>
    public LatentGeometry(Tensor encoder, Tensor decoder, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(decoder);
        var dSae = decoder.RowCount;
        (EncoderNorms, DecoderNorms) = (new double[dSae], new double[dSae]);
        var cosines = encoder.Columns == decoder.Columns ? new double?[dSae] : null;
        for (var latent = 0; latent < dSae; latent++)
        {
            EncoderNorms[latent] = Math.Sqrt(Dot(encoder.Row<float>(latent), encoder.Row<float>(latent)));
            DecoderNorms[latent] = Math.Sqrt(Dot(decoder.Row<float>(latent), decoder.Row<float>(latent)));
            var norms = EncoderNorms[latent] * DecoderNorms[latent];
            if (cosines is not null && norms > 0) cosines[latent] = Dot(encoder.Row<float>(latent), decoder.Row<float>(latent)) / norms;
        }
        EncoderDecoderCosines = cosines;
        EncoderBiases = bias?.Span<float>().ToArray();
    }

    /// <summary>‖what the latent reads‖, [dSae].</summary>
    public double[] EncoderNorms { get; }

    /// <summary>‖W_dec[i]‖, [dSae].</summary>
    public double[] DecoderNorms { get; }

    /// <summary>Cosine of what a latent reads and what it writes, [dSae]; null where either is zero. Null as a whole where the SAE writes in another space than it reads.</summary>
    public double?[]? EncoderDecoderCosines { get; }

    /// <summary>b_enc, [dSae]; null where the architecture has none.</summary>
    public float[]? EncoderBiases { get; }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
