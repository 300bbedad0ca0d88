using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Coding;

/// <summary>The last comparison of each SAE's encoder with solvers, beside its evaluation, by the hash of its weights.</summary>
internal sealed class ComparisonStore(string home)
{
    private readonly string _folder = Path.Combine(home, "evals");

    public void Keep(string weightsSha256, CompareCodesResult result)
    {
        Directory.CreateDirectory(_folder);
        AtomicFile.Write(FileOf(weightsSha256), JsonSerializer.SerializeToUtf8Bytes(result, LabJson.Options));
    }

    /// <summary>The comparison of exactly these weights; null where there is none that can be read.</summary>
    public CompareCodesResult? Find(string weightsSha256)
    {
        var file = FileOf(weightsSha256);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<CompareCodesResult>(File.ReadAllBytes(file), LabJson.Options) : null;
        }
        catch (JsonException)
        {
            return null; // written by another version: compare again
        }
    }

    private string FileOf(string sha256) => Path.Combine(_folder, $"{sha256}-codes.json");
}
