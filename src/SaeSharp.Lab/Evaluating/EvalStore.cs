using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Evaluating;

/// <summary>The last evaluation of each SAE, by the hash of its weights: figures never belong to other weights.</summary>
internal sealed class EvalStore(string home)
{
    private readonly string _folder = Path.Combine(home, "evals");

    public void Keep(EvalResult result)
    {
        Directory.CreateDirectory(_folder);
        AtomicFile.Write(FileOf(result.WeightsSha256!), JsonSerializer.SerializeToUtf8Bytes(result, LabJson.Options));
    }

    /// <summary>The figures of exactly these weights; null where there are none that can be read.</summary>
    public EvalResult? Find(string weightsSha256)
    {
        var file = FileOf(weightsSha256);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<EvalResult>(File.ReadAllBytes(file), LabJson.Options) : null;
        }
        catch (JsonException)
        {
            return null; // written by another version: evaluate again
        }
    }

    private string FileOf(string sha256) => Path.Combine(_folder, $"{sha256}.json");
}
