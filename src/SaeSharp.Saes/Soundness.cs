using System.Numerics.Tensors;

namespace SaeSharp.Saes;

/// <summary>What every SAE that was loaded has to show: numbers everywhere, and a decoder that writes something.</summary>
/// <remarks>A file read as another layout than its own mostly fails here or by its shapes, before anybody takes its latents for features.</remarks>
internal static class Soundness
{
    /// <exception cref="SaeException">A tensor holds NaN or infinity, or no latent writes anything.</exception>
    public static void Require(SparseAutoencoder sae, string source)
    {
        foreach (var (name, tensor) in sae.Tensors)
        {
            for (var row = 0; row < tensor.RowCount; row++)
            {
                // One sum for a row: infinity and NaN stay what they are. A threshold of infinity is a latent that never fires.
                var sum = TensorPrimitives.SumOfMagnitudes<float>(tensor.Row<float>(row));
                if (float.IsNaN(sum) || (float.IsInfinity(sum) && name != "threshold")) throw SaeException.NotFinite(source, name, row);
            }
        }
        foreach (var norm in sae.DecoderNorms.Span<float>())
            if (norm > 0) return;
        throw SaeException.WritesNothing(source);
    }
}
