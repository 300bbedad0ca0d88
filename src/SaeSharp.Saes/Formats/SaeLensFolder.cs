using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Formats;

/// <summary>SAELens folders.</summary>
internal static class SaeLensFolder
{
    public static SparseAutoencoder Load(string folder, Backend backend) => throw new NotImplementedException();
    public static void Save(SparseAutoencoder sae, string folder) => throw new NotImplementedException();
}
