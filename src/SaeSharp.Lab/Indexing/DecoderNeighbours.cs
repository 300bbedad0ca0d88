using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Indexing;

/// <summary>Cosines between the rows of an SAE's decoder, and with its encoder's.</summary>
internal sealed class DecoderNeighbours(LoadedSae sae, Backend backend)
{
    /// <summary>The other features with the most similar decoder rows, most similar first.</summary>
    public IReadOnlyList<(int Feature, double Cosine)> Nearest(int feature, int count)
    {
        var row = Tensor.Of(sae.UnitDirection(feature), 1, sae.Sae.DOut);                                 // v       [1, dOut]
        var dots = Tensor.Zeros(DType.F32, 1, sae.DSae);
        backend.MatMulStored(row, sae.Sae.DecoderDirections, dots);                                      // v·Wᵀ    [1, dSae]
        var cosines = dots.Row<float>(0).ToArray();
        dots.Free();
        for (var i = 0; i < cosines.Length; i++) cosines[i] = sae.DecoderNorm(i) > 0 ? cosines[i] / sae.DecoderNorm(i) : 0;
        return [.. cosines.Index().Where(entry => entry.Index != feature).OrderByDescending(entry => entry.Item).ThenBy(entry => entry.Index).Take(count)
            .Select(entry => (entry.Index, Math.Clamp((double)entry.Item, -1, 1)))];
    }

    /// <summary>Cosine of a feature's encoder and decoder directions; 0 where one of them is zero, and for a transcoder, whose two sides are of different hooks.</summary>
    public double EncoderDecoderCosine(int feature)
    {
        if (sae.Sae.Config.IsTranscoder) return 0;
        var (encoder, decoder) = (sae.Sae.EncoderDirections.Row<float>(feature).ToArray(), sae.UnitDirection(feature));
        var (dot, squares) = (0.0, 0.0);
        for (var i = 0; i < encoder.Length; i++)
        {
            dot += (double)encoder[i] * decoder[i];
            squares += (double)encoder[i] * encoder[i];
        }
        return squares > 0 ? Math.Clamp(dot / Math.Sqrt(squares), -1, 1) : 0;
    }
}
