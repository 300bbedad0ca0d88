using System.Globalization;
using SaeSharp.Lab;
using Spectre.Console;
using Progress = SaeSharp.Lab.Progress;

namespace SaeSharp.Cli.Output;

/// <summary>Progress as bars on a terminal, one a stage.</summary>
internal sealed class BarProgress(ProgressContext bars) : IProgress<Progress>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProgressTask> _stages = [];

    public void Report(Progress value)
    {
        lock (_lock)
        {
            if (!_stages.TryGetValue(value.Stage, out var bar)) _stages[value.Stage] = bar = bars.AddTask(Markup.Escape(value.Stage), maxValue: Math.Max(value.Total, 1));
            bar.Value = value.Done;
            var figures = value.Figures is null ? "" : string.Concat(value.Figures.Select(figure => string.Create(CultureInfo.InvariantCulture, $" {figure.Key} {figure.Value:G4}")));
            bar.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{value.Stage} {(value.Unit == Progress.Bytes ? Figure.Bytes((long)value.PerSecond) : $"{value.PerSecond:N0} {value.Unit}")}/s{figures}"));
        }
    }
}
