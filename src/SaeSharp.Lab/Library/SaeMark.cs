using SaeSharp.Saes;

namespace SaeSharp.Lab.Library;

/// <summary>An SAE: a folder of a layout that is read, or one file where the layout is one file. Of the latter only those are listed whose names say what they are.</summary>
internal sealed class SaeMark : Mark
{
    public override bool Fits(string path) => SaeFolder.Recognises(path);

    public override IEnumerable<string> Under(string root) => Directory.EnumerateFiles(root, "*", Depth).Where(file => SaeFolder.MarkingFiles.Contains(Path.GetFileName(file)))
        .Select(file => Path.GetDirectoryName(file)!).Distinct().Where(folder => File.Exists(Path.Combine(folder, "cfg.json")) || Fits(folder));
}
