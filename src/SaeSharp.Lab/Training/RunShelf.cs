using System.Diagnostics;

namespace SaeSharp.Lab.Training;

/// <summary>The trainings under <c>runs/</c> of a workspace.</summary>
internal sealed class RunShelf(string home)
{
    public RunsResult Of(RunsRequest request)
    {
        var folders = RunFolder.All(home).Where(folder => request.Run is null || Path.GetFileName(folder).StartsWith(request.Run, StringComparison.Ordinal)).ToList();
        if (request.Run is not null && folders.Count != 1) throw LabException.NoRun(request.Run, folders.Count, [.. RunFolder.All(home).Select(folder => Path.GetFileName(folder))]);
        var runs = folders.Select(folder => request.Run is null ? Readable(folder, request.TensorBoard is not null) : Of(folder, whole: true)).OfType<RunSummary>().OrderByDescending(run => run.Info.Started).ToList();
        if (request.TensorBoard is { } target)
            foreach (var run in runs) TensorBoardFile.Write(Path.Combine(target, run.Info.Id), run);
        return new(runs);
    }

    /// <summary>A run among others: one that is damaged, or of another version, must not hide the rest. Asked for by its id, it says what is wrong.</summary>
    private static RunSummary? Readable(string folder, bool whole)
    {
        try
        {
            return Of(folder, whole);
        }
        catch (FileException)
        {
            return null;
        }
    }

    private static RunSummary? Of(string folder, bool whole)
    {
        if (RunFolder.Describe(folder) is not var (info, result)) return null;
        var points = whole ? RunLog.Read(folder).ToList() : null;
        var status = result is not null ? RunStatus.Finished : IsAlive(info) ? RunStatus.Running : RunStatus.Stopped;
        return new(info, status, whole ? points!.LastOrDefault() : RunLog.Last(folder), result, points);
    }

    /// <summary>Whether the run's process is there and is not a later one of the same number.</summary>
    private static bool IsAlive(RunInfo info)
    {
        if (info.ProcessId <= 0) return false; // it left
        try
        {
            using var process = Process.GetProcessById(info.ProcessId);
            return process.StartTime.ToUniversalTime() <= info.Started.UtcDateTime.AddSeconds(1);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false; // there is none, or it is not ours to look at
        }
    }
}
