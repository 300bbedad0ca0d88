using System.Runtime.CompilerServices;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Tests;

/// <summary>Expected values that are too large for the repository: the folder <c>shared</c> beside a checkout, or where SAESHARP_SHARED points. Tests without it are skipped.</summary>
internal static class SharedFiles
{
    private const string Variable = "SAESHARP_SHARED";

    private static readonly string? Root = Find();

    /// <summary>The path of a file or folder below <c>shared</c>; skips the test where there is none.</summary>
    public static string Require(string path)
    {
        var full = Root is null ? null : Path.Combine(Root, path);
        Assert.SkipUnless(full is not null && Path.Exists(full), $"needs shared/{path} beside the checkout or {Variable}");
        return full!;
    }

    public static SafetensorsFile Tensors(string path) => SafetensorsFile.Open(Require(path));

    public static JsonElement Json(string path) => StrictJson.Read(Require(path));

    private static string? Find([CallerFilePath] string here = "")
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return named;
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(Path.Combine(folder, "shared", "golden"))) return Path.Combine(folder, "shared");
        return null;
    }
}
