using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Lab.Library;

/// <summary>A language model: a folder, or a file of weights.</summary>
internal sealed class ModelMark : Mark
{
    public override bool Fits(string path) => ModelPath.IsModel(path);

    /// <summary>A folder with several files that are a model each stands for none: then each file does. So do those beside the folders.</summary>
    public override IEnumerable<string> Under(string root)
    {
        foreach (var file in ModelPath.WholeModelsIn(root)) yield return file;
        foreach (var folder in Directory.EnumerateDirectories(root, "*", Depth))
        {
            string[] whole = ModelPath.ConfigOf(folder) is null ? [.. ModelPath.WholeModelsIn(folder)] : [];
            if (whole.Length > 1) foreach (var file in whole) yield return file;
            else if (whole.Length == 1 || ModelPath.ConfigOf(folder) is not null) yield return folder;
        }
    }
}
