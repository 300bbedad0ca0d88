using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Demo.Presets;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>The workspace of the demo: <c>demo/</c> in the user's. It comes with the program or is built.</summary>
internal static class DemoHome
{
    public const string Model = "demo";
    private static readonly string[] Parts = ["models", "saes", "indexes"];

    /// <summary>Files beside them.</summary>
    private static readonly string[] Files = [TruthShelf.File, PresetFile.File];

    private static string Bundle => Path.Combine(AppContext.BaseDirectory, "samples", "demo");

    public static string Of(string home) => Path.Combine(home, "demo");

    /// <summary>The demo's workspace, filled with what the program carries where it is empty.</summary>
    /// <exception cref="LabException">Neither was a demo built nor does the program carry one.</exception>
    public static string Install(string home)
    {
        var target = Of(home);
        if (Directory.Exists(Path.Combine(target, "models", Model))) return target;
        if (!Directory.Exists(Path.Combine(Bundle, "models", Model))) throw LabException.NoDemo(target);
        Directory.CreateDirectory(target);
        CopyBeside(Bundle, target);
        foreach (var part in Parts.Reverse()) // the model last: what has it is whole
            if (Directory.Exists(Path.Combine(Bundle, part))) Copy(Path.Combine(Bundle, part), Path.Combine(target, part));
        return target;
    }

    /// <summary>Writes the bundle of the demo built in <paramref name="home"/>, and gives its size.</summary>
    public static long Pack(string home, string bundle, string provenance)
    {
        AtomicFolder.Write(bundle, folder =>
        {
            foreach (var part in Parts)
                if (Directory.Exists(Path.Combine(home, part))) CopyFiles(Path.Combine(home, part), Path.Combine(folder, part));
            CopyBeside(home, folder);
            AtomicFile.Write(Path.Combine(folder, "PROVENANCE.md"), provenance);
        });
        return Directory.EnumerateFiles(bundle, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
    }

    /// <summary>All files of the demo in <paramref name="home"/> that belong into its bundle.</summary>
    public static IEnumerable<string> Contents(string home) => Parts.Select(part => Path.Combine(home, part)).Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Concat(Files.Select(file => Path.Combine(home, file)).Where(File.Exists));

    /// <summary>Copies a folder whole or not at all.</summary>
    public static void Copy(string from, string to) => AtomicFolder.Write(to, folder => CopyFiles(from, folder));

    private static void CopyBeside(string from, string to)
    {
        foreach (var file in Files)
            if (File.Exists(Path.Combine(from, file))) File.Copy(Path.Combine(from, file), Path.Combine(to, file), overwrite: true);
    }

    private static void CopyFiles(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
