namespace SaeSharp.Lab.Library;

/// <summary>How a thing of a shelf is known on disk.</summary>
internal abstract class Mark
{
    protected static readonly EnumerationOptions Depth = new() { RecurseSubdirectories = true, MaxRecursionDepth = 4 };

    /// <summary>Whether a path is one of them.</summary>
    public abstract bool Fits(string path);

    /// <summary>The paths of all of them in a folder, at any depth that names have.</summary>
    public abstract IEnumerable<string> Under(string root);
}
