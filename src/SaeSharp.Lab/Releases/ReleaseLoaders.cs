using SaeSharp.Models.Hub;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Releases;

/// <summary>Which files of a repository make an SAE, by its loader; and which loaders are read.</summary>
internal static class ReleaseLoaders
{
    /// <summary>Folders with cfg.json and sae_weights.safetensors.</summary>
    public const string SaeLens = "sae_lens";

    /// <summary>Files beside those of the SAE's own folder; {0} is its path, {1} the path without its ending.</summary>
    private static readonly Dictionary<string, string[]> Companions = new()
    {
        ["llama_scope"] = ["{0}/checkpoints/final.safetensors"],
        ["mwhanna_transcoder"] = ["config.yaml"],
        ["mntss_clt_layer_transcoder"] = ["W_enc_{0}.safetensors", "W_dec_{0}.safetensors", "config.yaml"],
        ["connor_rob_hook_z"] = ["{1}_cfg.json"],
    };

    private static readonly string[] Kept = [".json", ".yaml", ".yml", ".safetensors", ".npz", ".pt", ".pth", ".bin", ".th"];

    /// <summary>Of weights in several formats, the safest is taken.</summary>
    private static readonly string[] Pickled = [".pt", ".pth", ".bin", ".th"];

    public static bool IsRead(string loader) => SaeFolder.Formats.Contains(loader);

    /// <summary>The files of an SAE that lies at <paramref name="path"/> (a folder, a file, or empty for the top); empty where nothing lies there.</summary>
    public static IReadOnlyList<HubFile> Files(HubListing listing, string loader, string path)
    {
        var names = Companions.GetValueOrDefault(loader, []).Select(name => name.Replace("{0}", path, StringComparison.Ordinal).Replace("{1}", System.IO.Path.ChangeExtension(path, null), StringComparison.Ordinal)).ToList();
        HubFile[] own = [.. listing.Files.Where(file => file.Path.Text == path || (file.Path.Folder == path && Kept.Contains(Extension(file))))];
        if (own.Any(file => Extension(file) == ".safetensors")) own = [.. own.Where(file => file.Path.Text == path || !Pickled.Contains(Extension(file)))];
        return [.. own.Concat(listing.Files.Where(file => names.Contains(file.Path.Text))).DistinctBy(file => file.Path)];
    }

    private static string Extension(HubFile file) => System.IO.Path.GetExtension(file.Path.Text);
}
