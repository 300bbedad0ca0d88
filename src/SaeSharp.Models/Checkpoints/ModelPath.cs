namespace SaeSharp.Models.Checkpoints;

/// <summary>What on disk is a language model: a folder, or a file of weights that says itself what it is or has a <c>config.json</c> beside it.</summary>
public static class ModelPath
{
    internal const string ConfigFile = "config.json";

    /// <summary>Whether there is a model. What it is worth is found out when it is opened.</summary>
    /// <exception cref="FileException">A file that decides it cannot be read.</exception>
    public static bool IsModel(string folderOrFile)
    {
        if (Directory.Exists(folderOrFile)) return ConfigOf(folderOrFile) is not null || WholeModelsIn(folderOrFile).Any();
        if (!File.Exists(folderOrFile)) return false;
        // Other things than models, SAEs for one, lie beside a config.json too.
        return DescribesItself(folderOrFile) || (IsNamedAsWeights(folderOrFile) && ConfigOf(folderOrFile) is { } config && HfConfig.Read(config).Has("model_type"));
    }

    /// <summary>Files of a folder that are a model each, by name.</summary>
    public static IEnumerable<string> WholeModelsIn(string folder) => CheckpointFormats.WholeModelsIn(folder);

    /// <summary>The <c>config.json</c> of a folder, or beside a file; null where there is none.</summary>
    public static string? ConfigOf(string folderOrFile)
    {
        var path = Path.Combine(FolderOf(folderOrFile), ConfigFile);
        return File.Exists(path) ? path : null;
    }

    /// <summary>The folder itself, or that of the file.</summary>
    internal static string FolderOf(string folderOrFile) => Directory.Exists(folderOrFile) ? folderOrFile : Path.GetDirectoryName(Path.GetFullPath(folderOrFile))!;

    /// <summary>Whether a file, or the one that is read of a folder, says itself what model it is of.</summary>
    internal static bool DescribesItself(string folderOrFile)
    {
        var file = Directory.Exists(folderOrFile) ? CheckpointFormats.In(folderOrFile) : folderOrFile;
        return file is not null && !IsIndex(file) && CheckpointFormats.Find(file) is { DescribesModel: true };
    }

    internal static bool IsIndex(string file) => file.EndsWith(CheckpointFormats.IndexEnding, StringComparison.OrdinalIgnoreCase);

    internal static bool IsNamedAsWeights(string file) =>
        IsIndex(file) || CheckpointFormats.All.Any(format => format.Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase));
}
