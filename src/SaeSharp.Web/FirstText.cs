using System.Text.Json;
using SaeSharp.Lab;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web;

/// <summary>Writes a few tokens, plain and steered, before anybody asks for some.</summary>
/// <remarks>Nobody reads them. The first text of a process waits for its code to be compiled, 0.4 s plain and as much again steered; whoever comes later than that does not. Models that take long to load are left alone.</remarks>
internal static class FirstText
{
    private const long MostBytes = 64 << 20;

    /// <summary>Whether it could be written: not where no SAE belongs to a small model of the workspace.</summary>
    public static async Task<bool> Write(Workspace workspace, CancellationToken cancel)
    {
        try
        {
            var contents = await workspace.Contents(cancel);
            var models = Names.Models(contents).Where(model => IsSmall(Path.Combine(contents.Home, "models", model))).ToHashSet();
            if (contents.Saes.FirstOrDefault(sae => sae.Hook?.Contains(',') == false && models.Contains(sae.Model ?? "")) is not { Model: { } model, Name: var sae }) return false;
            var plain = await workspace.Generate(new() { Model = model, Prompt = "a", MaxTokens = 2, IgnoreEos = true }, new Unread(), cancel);
            var steered = await workspace.Steer(new() { Model = model, Prompt = "a", MaxTokens = 2, IgnoreEos = true, Features = [$"{sae}:0=1"] }, new Unread(), cancel);
            _ = (JsonSerializer.Serialize(plain, LabJson.Options), JsonSerializer.Serialize(steered, LabJson.Options));
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException || Problem.Of(exception) is not null)
        {
            return false; // whoever asks for a text will be told what is wrong
        }
    }

    private static bool IsSmall(string folder) => Directory.Exists(folder) && new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length) <= MostBytes;

    private sealed class Unread : IProgress<Progress>
    {
        public void Report(Progress value) => JsonSerializer.Serialize(value, LabJson.Options);
    }
}
