using System.Runtime.CompilerServices;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>Files with expected values from reference implementations, which lie beside the checkout on some machines. Tests that need them are skipped elsewhere.</summary>
internal static class SharedFiles
{
    private static readonly string? Root = Find();

    public static bool Present => Root is not null;

    public const string Absent = "The folder 'shared' with reference files is not beside this checkout (set SAESHARP_SHARED to its path).";

    public static string Golden(params string[] path) => Path.Combine([Root!, "golden", .. path]);

    private static string? Find([CallerFilePath] string here = "")
    {
        if (Environment.GetEnvironmentVariable("SAESHARP_SHARED") is { Length: > 0 } set) return Directory.Exists(set) ? set : null;
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var candidate = Path.Combine(folder, "shared");
            if (Directory.Exists(Path.Combine(candidate, "golden"))) return candidate;
        }
        return null;
    }
}
