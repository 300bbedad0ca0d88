using System.Runtime.CompilerServices;

namespace SaeSharp.Testing;

/// <summary>Files with expected values from reference implementations, which lie beside the checkout on some machines. Tests that need them are skipped elsewhere.</summary>
internal static class SharedFiles
{
    private static readonly string? Root = Find();

    /// <summary>Whether they are here: <c>Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent)</c>.</summary>
    public static bool Present => Root is not null;

    public const string Absent = "The folder 'shared' with reference files is not beside this checkout (set SAESHARP_SHARED to its path).";

    /// <summary>The path of something in the folder: <c>At("golden", "models", "llama")</c>.</summary>
    public static string At(params string[] path) => Path.Combine([Root!, .. path]);

    public static string Data(params string[] path) => Path.Combine([Root!, "data", .. path]);

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
