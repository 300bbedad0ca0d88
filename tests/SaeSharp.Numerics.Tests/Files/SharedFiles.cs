using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Files with expected values from reference implementations, which lie beside the checkout on some machines. Tests that need them are skipped elsewhere.</summary>
internal static class SharedFiles
{
    private static readonly string? Root = Find();

    /// <summary>Whether they are here; the reason that skipped tests give.</summary>
    public static bool Present => Root is not null;

    public const string Absent = "The folder 'shared' with reference files is not beside this checkout (set SAESHARP_SHARED to its path).";

    public static string Golden(string path) => Path.Combine(Root!, "golden", "files", path);

    /// <summary>The manifest's rows of one kind, and whether each file must be accepted.</summary>
    public static IEnumerable<JsonElement> Manifest(string kind, bool accept)
    {
        if (!Present) yield break;
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Golden("manifest.json")));
        foreach (var file in manifest.RootElement.GetProperty("files").EnumerateArray())
        {
            var accepted = file.GetProperty("accept");
            if (file.GetProperty("kind").GetString() == kind && accepted.ValueKind == (accept ? JsonValueKind.True : JsonValueKind.False)) yield return file.Clone();
        }
    }

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
