using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Formats;

namespace SaeSharp.Saes;

/// <summary>Loads SAEs of every layout that is read, and saves them as SAELens folders.</summary>
public static class SaeFolder
{
    /// <summary>Names of the layouts that are read, as SAELens calls its loaders.</summary>
    public static IReadOnlyList<string> Formats => SaeFormats.Names;

    /// <summary>Files by which a folder that holds an SAE is found; a few of them stand in other folders too.</summary>
    public static IReadOnlyList<string> MarkingFiles { get; } = ["cfg.json", "params.npz", "params.safetensors", "hyperparams.json", "ae.pt", "conf.yaml", "sae_weights.safetensors"];

    /// <summary>Whether there is an SAE of a layout that is read; the files are not checked further.</summary>
    public static bool Recognises(string path, SaeOrigin? origin = null) => SaeFormats.All.Any(format => (origin?.Format is null || format.Names.Contains(origin.Format)) && IsOf(format, new(path, origin)));

    /// <summary>The SAE at <paramref name="path"/>, for raw activations where its origin knows the factor. It has proved itself: every tensor is used, fits, and holds numbers.</summary>
    /// <param name="path">Its folder or file.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="origin">Where it was published; null where that is not known.</param>
    /// <exception cref="SaeException">There is none, or a tensor is missing, unexpected, of another shape or holds what no SAE holds.</exception>
    /// <exception cref="FileException">A file is missing or damaged.</exception>
    public static SparseAutoencoder Load(string path, Backend backend, SaeOrigin? origin = null)
    {
        var files = new SaeFiles(path, origin);
        var format = Format(files);
        var config = format is SaeLens ? SaeLens.Describe(files) : null; // names what is wrong in cfg.json before a missing weight
        using var weights = TensorFile.Open([.. format.WeightFiles(files)]);
        config ??= Overridden(format.Describe(files, weights), files);
        var sae = SaeCatalog.Create(config, new(weights.Path, format.Tensors(files, weights)), backend);
        Soundness.Require(sae, weights.Path);
        return origin?.NormScalingFactor is { } factor && config.NormalizeActivations == ActivationNormalisation.ExpectedAverageOnlyIn ? sae.FoldActivationScale(factor) : sae;
    }

    /// <summary>What the SAE at <paramref name="path"/> is; of its weights only names and shapes are read.</summary>
    /// <exception cref="SaeException">There is none.</exception>
    /// <exception cref="FileException">A file is missing or damaged.</exception>
    public static SaeConfig Describe(string path, SaeOrigin? origin = null)
    {
        var files = new SaeFiles(path, origin);
        var format = Format(files);
        if (format is SaeLens) return SaeLens.Describe(files);
        using var weights = TensorFile.Open([.. format.WeightFiles(files)]);
        return Overridden(format.Describe(files, weights), files);
    }

    /// <summary>The layout of the SAE at <paramref name="path"/>.</summary>
    /// <exception cref="SaeException">There is none.</exception>
    public static string FormatOf(string path, SaeOrigin? origin = null) => origin?.Format ?? Format(new(path, origin)).Names[0];

    /// <summary>The files that hold its tensors: what makes it this SAE and no other.</summary>
    /// <exception cref="SaeException">There is none.</exception>
    public static IReadOnlyList<string> WeightFiles(string path, SaeOrigin? origin = null)
    {
        var files = new SaeFiles(path, origin);
        return Format(files).WeightFiles(files);
    }

    /// <summary>Writes a SAELens folder, whole or not at all; one that is there is replaced.</summary>
    /// <exception cref="SaeException">The older layout cannot say what this SAE is.</exception>
    public static void Save(SparseAutoencoder sae, string folder, SaeLensVersion version = SaeLensVersion.V6) => SaeLens.Save(sae, folder, version);

    /// <summary>Writes a cross-layer transcoder as circuit-tracer keeps it: a layer of it is read back by the path <paramref name="folder"/>/N.</summary>
    /// <exception cref="SaeException">It is none, or its hooks are not of layers that follow one another.</exception>
    public static void SaveLayers(SparseAutoencoder sae, string folder)
    {
        ArgumentNullException.ThrowIfNull(sae);
        CrossLayerFolder.Save(sae, folder);
    }

    private static SaeFormat Format(SaeFiles files) => SaeFormats.Of(files) ?? throw SaeException.NoSae(files.Path, SaeFormats.Names);

    private static bool IsOf(SaeFormat format, SaeFiles files)
    {
        try
        {
            return format.Recognises(files);
        }
        catch (FileException)
        {
            return false;
        }
    }

    /// <summary>The same rules as for a SAELens file: the config is written as one, changed and read again.</summary>
    private static SaeConfig Overridden(SaeConfig config, SaeFiles files) => files.Origin?.Overrides is null ? config
        : SaeLensConfig.Read(ConfigOverrides.Apply(StrictJson.Parse(SaeLensConfig.Write(config), files.Path), files.Origin.Overrides), files.Path);
}
