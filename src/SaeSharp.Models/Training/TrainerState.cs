using System.Globalization;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Training;

/// <summary>Saves a training and goes on with it: one safetensors file of weights and moments, written whole or not at all.</summary>
public static class TrainerState
{
    private const string Steps = "steps", Tokens = "tokens", Recipe = "recipe";

    /// <summary>Writes the state after the last step.</summary>
    /// <param name="trainer">Whose.</param>
    /// <param name="path">The file.</param>
    /// <param name="recipe">Whatever decides the rest of the training; <see cref="Restore"/> wants the same.</param>
    public static void Save(LanguageTrainer trainer, string path, string recipe)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        SafetensorsWriter.Write(path, trainer.State(), new Dictionary<string, string>
        {
            [Steps] = trainer.Steps.ToString(CultureInfo.InvariantCulture),
            [Tokens] = trainer.Tokens.ToString(CultureInfo.InvariantCulture),
            [Recipe] = recipe,
        });
    }

    /// <summary>Reads a state into a trainer of the same model.</summary>
    /// <exception cref="FileException">The file is damaged or of another model.</exception>
    /// <exception cref="OptionException">It was saved by a training with another recipe.</exception>
    public static void Restore(LanguageTrainer trainer, string path, string recipe)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(Recipe, out var saved) || saved != recipe)
            throw OptionException.Invalid($"{path} was saved by another training ({saved ?? "unknown"}), expected {recipe}.", "Resume with the same command, or leave --resume out to begin anew.");
        var (steps, tokens) = (Number(file, path, Steps, int.MaxValue), Number(file, path, Tokens, long.MaxValue));
        foreach (var (name, tensor) in trainer.State())
        {
            var stored = file.Read(name);
            if (!stored.Shape.SequenceEqual(tensor.Shape) || stored.DType != tensor.DType) throw FileException.Malformed(path, name, $"it is {stored.DType}{stored.ShapeText}, expected {tensor.DType}{tensor.ShapeText}");
            stored.CopyTo(tensor);
        }
        trainer.GoOnAt((int)steps, tokens);
    }

    private static long Number(SafetensorsFile file, string path, string key, long most) =>
        file.Metadata.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw FileException.Malformed(path, key, $"it is '{text}', expected a whole number");
}
