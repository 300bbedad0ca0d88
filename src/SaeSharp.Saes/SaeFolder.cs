using System.Text.Json;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Formats;

namespace SaeSharp.Saes;

/// <summary>Loads and saves SAEs as folders.</summary>
public static class SaeFolder
{
    /// <summary>The SAE in <paramref name="folder"/>: a SAELens folder, v6 or older.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="overrides">Keys of cfg.json with other values, where a directory of releases knows better; null for none.</param>
    /// <exception cref="SaeException">It is of an architecture that is not read, or a tensor is missing, unexpected or of another shape.</exception>
    /// <exception cref="FileException">A file is missing or damaged.</exception>
    public static SparseAutoencoder Load(string folder, Backend backend, JsonElement? overrides = null) => SaeLensFolder.Load(folder, backend, overrides);

    /// <summary>What the SAE in <paramref name="folder"/> is, without reading its weights.</summary>
    /// <exception cref="FileException">cfg.json is missing or damaged.</exception>
    public static SaeConfig Describe(string folder, JsonElement? overrides = null) => SaeLensFolder.Describe(folder, overrides);

    /// <summary>Writes a SAELens v6 folder, whole or not at all; one that is there is replaced.</summary>
    public static void Save(SparseAutoencoder sae, string folder) => SaeLensFolder.Save(sae, folder);
}
