using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Tests;

/// <summary>Expected values from other libraries; a test that asks for what is not here is skipped.</summary>
internal static class Golden
{
    /// <summary>The path of something below the shared folder.</summary>
    public static string Require(string path)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return SharedFiles.At(path.Split('/'));
    }

    public static SafetensorsFile Tensors(string path) => SafetensorsFile.Open(Require(path));

    public static JsonElement Json(string path) => StrictJson.Read(Require(path));
}
