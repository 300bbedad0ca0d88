using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Formats;

namespace SaeSharp.Saes;

/// <summary>Loads and saves SAEs as folders.</summary>
public static class SaeFolder
{
    /// <summary>The SAE in <paramref name="folder"/>: a SAELens folder, v6 or older.</summary>
    /// <exception cref="SaeException">It is of an architecture that is not read, or a tensor is missing, unexpected or of another shape.</exception>
    /// <exception cref="FileException">A file is missing or damaged.</exception>
    public static SparseAutoencoder Load(string folder, Backend backend) => SaeLensFolder.Load(folder, backend);

    /// <summary>Writes a SAELens v6 folder, whole or not at all; one that is there is replaced.</summary>
    public static void Save(SparseAutoencoder sae, string folder) => SaeLensFolder.Save(sae, folder);
}
