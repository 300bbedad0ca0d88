using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Training;

/// <summary>The folder of one SAE's training under <c>runs/</c>: what was asked for and where it ran, the log, and the checkpoints, until it is finished.</summary>
internal sealed class RunFolder
{
    public const string RunFile = "run.json";
    private const string MadeFromFile = "made-from.json", FinishedFile = "finished.json";

    private readonly RunInfo _info;

    private RunFolder(string path, RunInfo info) => (Path, _info) = (path, info);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>All runs under <paramref name="home"/>.</summary>
    public static IEnumerable<string> All(string home)
    {
        var runs = System.IO.Path.Combine(home, "runs");
        return Directory.Exists(runs) ? Directory.EnumerateDirectories(runs).Where(folder => File.Exists(System.IO.Path.Combine(folder, RunFile))) : [];
    }

    /// <summary>The folder of <paramref name="sae"/>'s run. What an earlier run left there stays only to be resumed, and only where corpus and model are the same.</summary>
    public static RunFolder Open(PlannedSae sae, RunInfo info, TrainingData data, LanguageModel model, bool resume, string home)
    {
        var path = System.IO.Path.Combine(home, "runs", info.Id);
        if (!resume && Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
        var folder = new RunFolder(path, info);
        folder.RequireSame(new()
        {
            ["corpus"] = data.Sha256, ["model"] = model.Sha256, ["hook"] = sae.Rows.Layout.ToString(), ["windows"] = data.WindowsText,
        });
        folder.Write(RunFile, info);
        return folder;
    }

    /// <summary>The SAE, where this run was finished by the same command; null where there is none.</summary>
    public TrainedSae? Finished(string command)
    {
        var run = Read<FinishedRun>(Path, FinishedFile);
        return run is not null && run.Command == command ? run.Sae : null;
    }

    /// <summary>Leaves a note of the result instead of the checkpoints.</summary>
    public void Finish(string command, TrainedSae sae)
    {
        Write(FinishedFile, new FinishedRun(command, sae));
        foreach (var step in Directory.EnumerateDirectories(Path)) Directory.Delete(step, recursive: true);
    }

    /// <summary>Says of a run that ended before its end that no process is at it any more, though this one may live on.</summary>
    public void Leave()
    {
        if (!File.Exists(System.IO.Path.Combine(Path, FinishedFile))) Write(RunFile, _info with { ProcessId = 0 });
    }

    /// <summary>What a run is about, its result where there is one; null where the folder holds no run.</summary>
    public static (RunInfo Info, TrainedSae? Result)? Describe(string folder) =>
        Read<RunInfo>(folder, RunFile) is { } info ? (info, Read<FinishedRun>(folder, FinishedFile)?.Sae) : null;

    private void RequireSame(Dictionary<string, string> made)
    {
        var file = System.IO.Path.Combine(Path, MadeFromFile);
        if (!File.Exists(file))
        {
            Write(MadeFromFile, made);
            return;
        }
        var before = StrictJson.Read(file);
        foreach (var (what, value) in made)
        {
            if (!before.TryGetProperty(what, out var then) || then.GetString() != value)
                throw OptionException.Invalid($"The checkpoint in {Path} was made with another {what}.", "Resume with the same command, or leave --resume out to begin anew.");
        }
    }

    private void Write<T>(string name, T content) => AtomicFile.Write(System.IO.Path.Combine(Path, name), JsonSerializer.SerializeToUtf8Bytes(content, LabJson.Options));

    private static T? Read<T>(string folder, string name) where T : class
    {
        var file = System.IO.Path.Combine(folder, name);
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), LabJson.Options);
        }
        catch (JsonException error)
        {
            throw FileException.Malformed(file, "content", error.Message.TrimEnd('.'), error);
        }
    }

    /// <param name="Command">All that decided the result.</param>
    /// <param name="Sae">The result.</param>
    private sealed record FinishedRun(string Command, TrainedSae Sae);
}
