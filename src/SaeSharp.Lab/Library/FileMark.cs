namespace SaeSharp.Lab.Library;

/// <summary>A folder with a certain file.</summary>
internal sealed class FileMark(string name) : Mark
{
    public override bool Fits(string path) => File.Exists(Path.Combine(path, name));

    public override IEnumerable<string> Under(string root) => Directory.EnumerateFiles(root, name, Depth).Select(file => Path.GetDirectoryName(file)!);
}
