using System.Globalization;
using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Training.Runs;

/// <summary>Everything a run needs to go on with the same bits: weights, moments, dead-latent counts, what the architecture and the normalisation learnt, step. No activations.</summary>
/// <remarks>A folder <c>step-00001000</c> each, written whole or not at all; the newest two stay.</remarks>
internal static class TrainingCheckpoint
{
    private const string TensorFile = "state.safetensors";
    private const string RunFile = "run.json";
    private const string Prefix = "step-";
    private const string SinceFired = "since_fired";
    private const int Kept = 2;

    /// <summary>The newest checkpoint in <paramref name="checkpoints"/>, or null.</summary>
    public static string? Newest(string checkpoints) => All(checkpoints).LastOrDefault();

    public static void Save(string checkpoints, SaeTrainer trainer)
    {
        Directory.CreateDirectory(checkpoints);
        AtomicFolder.RemoveLeftovers(checkpoints);
        var folder = Path.Combine(checkpoints, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{trainer.Step:D8}"));
        AtomicFolder.Write(folder, temporary =>
        {
            SafetensorsWriter.Write(Path.Combine(temporary, TensorFile), Tensors(trainer));
            AtomicFile.Write(Path.Combine(temporary, RunFile), JsonSerializer.SerializeToUtf8Bytes(RunRecord.Of(trainer), RunJson.Default.RunRecord));
        });
        foreach (var old in All(checkpoints).SkipLast(Kept)) Directory.Delete(old, recursive: true);
    }

    /// <summary>Puts the state of <paramref name="folder"/> into a new trainer.</summary>
    public static void Load(string folder, SaeTrainer trainer)
    {
        var path = Path.Combine(folder, RunFile);
        RunRecord run;
        try
        {
            run = StrictJson.Read(path).Deserialize(RunJson.Default.RunRecord) ?? throw new JsonException("it holds null");
        }
        catch (JsonException error)
        {
            throw FileException.Malformed(path, "content", error.Message.TrimEnd('.'), error);
        }
        if (RunRecord.Of(trainer).FirstDifference(run) is { } other) throw TrainingException.OtherRun(folder, other.What, other.Theirs, other.Ours);

        using var file = SafetensorsFile.Open(Path.Combine(folder, TensorFile));
        foreach (var (name, target) in Tensors(trainer))
        {
            var tensor = file.Read(name);
            if (tensor.DType != target.DType || !tensor.Shape.SequenceEqual(target.Shape))
                throw FileException.Malformed(file.Path, $"tensor '{name}'", $"it is {tensor.DType} {tensor.ShapeText}, expected {target.DType} {target.ShapeText}");
            if (name == SinceFired) tensor.Span<long>().CopyTo(trainer.Dead.SinceFired);
            else tensor.CopyTo(target);
        }
        (trainer.Step, trainer.BadBatches) = (run.Step, run.BadBatches);
    }

    private static IEnumerable<(string, Tensor)> Tensors(SaeTrainer trainer) =>
        trainer.TrainingStep.Weights.All.SelectMany(weight => weight.State)
            .Concat(trainer.Setting.Optimiser.State).Concat(trainer.TrainingStep.State).Concat(trainer.Input.State)
            .Concat(trainer.Resampler is { } resampler ? [resampler.State] : [])
            .Append((SinceFired, Tensor.Of(trainer.Dead.SinceFired, trainer.Dead.SinceFired.Length)));

    private static IEnumerable<string> All(string checkpoints) => !Directory.Exists(checkpoints) ? [] :
        Directory.EnumerateDirectories(checkpoints, $"{Prefix}*").Where(folder => Path.GetFileName(folder).AsSpan(Prefix.Length) is { Length: 8 } digits && int.TryParse(digits, out _))
            .Order(StringComparer.Ordinal);
}
