using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Training;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>Remembers which SAEs a training of a build made, so that a build that goes on does not train them again.</summary>
/// <param name="home">The demo's workspace.</param>
/// <param name="training">The training.</param>
internal sealed class FinishedTraining(string home, TrainRequest training)
{
    private readonly string _path = Path.Combine(home, "runs", $"built-{ContentHash.OfText(JsonSerializer.Serialize(training, LabJson.Options) + ContentHash.OfFile(Path.Combine(home, "models", DemoHome.Model, "model.safetensors")))[..16]}.json");

    /// <summary>The SAEs' names; null where the training is not finished or one of them is gone.</summary>
    public string[]? Saes =>
        File.Exists(_path) && JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(_path)) is { } names && names.All(name => Directory.Exists(Path.Combine(home, "saes", name))) ? names : null;

    public string[] Keep(IEnumerable<string> names)
    {
        string[] all = [.. names];
        AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(all));
        return all;
    }
}
