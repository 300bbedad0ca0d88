using System.Diagnostics;
using System.Globalization;
using SaeSharp.Lab;

namespace SaeSharp.Cli.Output;

/// <summary>Progress as plain lines: when a stage begins, every few seconds, and when it ends.</summary>
internal sealed class PlainProgress(TextWriter error) : IProgress<Progress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private string _stage = "";

    public void Report(Progress value)
    {
        lock (_lock)
        {
            if (value.Stage == _stage && _sinceLine.Elapsed < Pause && value.Done < value.Total) return;
            _stage = value.Stage;
            _sinceLine.Restart();
            error.WriteLine(Line(value));
        }
    }

    private static string Line(Progress value)
    {
        if (value.Unit.Length == 0) return value.Stage;
        if (value.Unit == Progress.Bytes) return string.Create(CultureInfo.InvariantCulture, $"{value.Stage}: {Figure.Bytes(value.Done)} of {Figure.Bytes(value.Total)}, {Figure.Bytes((long)value.PerSecond)}/s{Left(value)}");
        var done = value.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value.Done:N0} of {value.Total:N0} {value.Unit}") : string.Create(CultureInfo.InvariantCulture, $"{value.Done:N0} {value.Unit}");
        var figures = value.Figures is null ? "" : string.Concat(value.Figures.Select(figure => string.Create(CultureInfo.InvariantCulture, $"  {figure.Key} {figure.Value:G4}")));
        return string.Create(CultureInfo.InvariantCulture, $"{value.Stage}: {done}, {value.PerSecond:N0}/s{Left(value)}{figures}");
    }

    private static string Left(Progress value) => value.Left is { TotalSeconds: > 1 } time && value.Done < value.Total ? $", {time:h\\:mm\\:ss} left" : "";
}
