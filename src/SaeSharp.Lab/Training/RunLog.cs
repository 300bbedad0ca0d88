using System.Text.Json;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>The course of a training as JSON lines, one every few steps: figures that pages, notebooks and scripts draw.</summary>
/// <remarks>A run that resumes from a checkpoint first drops what was logged after it, so a step is never in the log twice.</remarks>
internal sealed class RunLog : IDisposable
{
    public const string FileName = "log.jsonl";
    private const int MostLines = 2000; // of a whole run
    private const int Tail = 4096, LongestTail = 1 << 24; // bytes of some last lines
    private readonly StreamWriter _writer;
    private readonly int _every, _steps;

    /// <param name="folder">The run's folder.</param>
    /// <param name="firstStep">The step that comes next; lines from it on are dropped.</param>
    /// <param name="steps">Steps of the whole run.</param>
    public RunLog(string folder, int firstStep, int steps)
    {
        var path = Path.Combine(folder, FileName);
        var kept = firstStep == 0 ? [] : Read(folder).Where(line => line.Step < firstStep).ToList();
        _writer = new(path, append: false);
        (_every, _steps) = (Math.Max(1, (steps + MostLines - 1) / MostLines), steps);
        foreach (var line in kept) Write(line);
        _writer.Flush();
    }

    /// <summary>The lines so far; one that is still being written is left out.</summary>
    public static IEnumerable<RunPoint> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } text)
            if (Point(System.Text.Encoding.UTF8.GetBytes(text)) is { } point) yield return point;
    }

    /// <summary>The last whole line, which is looked for from the end of the log; null where there is none.</summary>
    public static RunPoint? Last(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var all = file.Length; // what is written meanwhile is left for later
        for (var length = Tail; length <= LongestTail; length *= 2)
        {
            var bytes = new byte[Math.Min(length, all)];
            file.Seek(all - bytes.Length, SeekOrigin.Begin);
            var isWhole = bytes.Length == all;
            ReadOnlySpan<byte> rest = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            while (rest.Length > 0)
            {
                var start = rest.LastIndexOf((byte)'\n') + 1;
                if (start == 0 && !isWhole) break;                            // its beginning lies before the tail
                if (Point(rest[start..]) is { } point) return point;
                rest = rest[..Math.Max(0, start - 1)];
            }
            if (isWhole) break;
        }
        return null;
    }

    private static RunPoint? Point(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.IsEmpty ? null : JsonSerializer.Deserialize<RunPoint>(line, LabJson.Options);
        }
        catch (JsonException)
        {
            return null; // cut off: the run was killed in this line, or writes it now
        }
    }

    /// <summary>Takes note of a step.</summary>
    public void Add(StepReport report)
    {
        if (report.Step % _every != 0 && report.Step != _steps - 1) return;
        Write(RunPoint.Of(report));
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    private void Write(RunPoint point) => _writer.WriteLine(JsonSerializer.Serialize(point, LabJson.Options));
}

/// <summary>One step of a training's log. What is not a number (a skipped batch) is null.</summary>
/// <param name="Step">Counted from 0.</param>
/// <param name="Tokens">Tokens trained on after it.</param>
/// <param name="Loss">All terms of the loss.</param>
/// <param name="Mse">Mean squared error, summed over dimensions, of scaled activations.</param>
/// <param name="Fvu">Share of the batch's variance that is not explained.</param>
/// <param name="L0">Mean number of latents on a token.</param>
/// <param name="Dead">Dead latents.</param>
/// <param name="SparsityLoss">Penalties, coefficients included.</param>
/// <param name="AuxLoss">Auxiliary terms, coefficients included.</param>
/// <param name="Coefficient">Coefficient of the penalty.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="BadBatches">Batches skipped so far.</param>
/// <param name="TokensPerSecond">Mean speed since the run began or was resumed.</param>
/// <param name="SecondsLeft">At that speed.</param>
public sealed record RunPoint(
    int Step, long Tokens, double? Loss, double? Mse, double? Fvu, double L0, int Dead, double SparsityLoss, double AuxLoss, double Coefficient, double? GradientNorm,
    double LearningRate, int BadBatches, double TokensPerSecond, double SecondsLeft)
{
    internal static RunPoint Of(StepReport report) => new(
        report.Step, report.Tokens, Number(report.Loss), Number(report.Mse), Number(1 - report.ExplainedVariance), report.L0, report.Dead, report.SparsityLoss, report.AuxLoss,
        report.Coefficient, Number(report.GradientNorm), report.LearningRate, report.BadBatches, Math.Round(report.TokensPerSecond, 1), Math.Round(report.TimeLeft.TotalSeconds, 1));

    private static double? Number(double value) => double.IsFinite(value) ? value : null;
}
