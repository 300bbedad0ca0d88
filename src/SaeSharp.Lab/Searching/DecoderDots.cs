using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Searching;

/// <summary>What directions have in common with every unit decoder row of an SAE: one pass over the decoder for all of them, exact.</summary>
internal static class DecoderDots
{
    /// <summary>[n, dOut] → [n, dSae]; 0 for a row of length 0.</summary>
    public static float[][] Of(LoadedSae sae, Tensor directions, Backend backend)
    {
        var dots = Tensor.Zeros(DType.F32, directions.RowCount, sae.DSae);
        backend.MatMulStored(directions, sae.Sae.DecoderDirections, dots);                                // d·Wᵀ    [n, dSae]
        var found = new float[directions.RowCount][];
        for (var row = 0; row < found.Length; row++)
        {
            found[row] = dots.Row<float>(row).ToArray();
            for (var feature = 0; feature < found[row].Length; feature++) found[row][feature] = sae.DecoderNorm(feature) > 0 ? found[row][feature] / sae.DecoderNorm(feature) : 0;
        }
        dots.Free();
        return found;
    }
}
