using System.Diagnostics;
using Spectre.Console;
using SaeProgress = SaeSharp.Lab.Progress;

namespace SaeSharp.Cli.Output;

/// <summary>Shows how far a long verb is: a bar on a terminal, a plain line every few seconds elsewhere.</summary>
internal static class ProgressView
{
    /// <summary>Runs <paramref name="work"/> and shows what it reports.</summary>
    public static async Task<T> Run<T>(TextWriter error, Func<IProgress<SaeProgress>, Task<T>> work)
    {
        if (System.Console.IsErrorRedirected || !ReferenceEquals(error, System.Console.Error)) return await work(new Lines(error));
        T result = default!;
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        await terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context => result = await work(new Bars(context)));
        return result;
    }

    private static string Text(SaeProgress progress)
    {
        var figures = progress.Figures is { Count: > 0 } some ? "  " + string.Join("  ", some.Select(f => $"{f.Key} {Printable.Number(f.Value)}")) : "";
        var left = progress.Left is { } time ? $"  {time:h\\:mm\\:ss} left" : "";
        return $"{progress.Stage}  {Printable.Number(progress.PerSecond)} {progress.Unit}/s{left}{figures}";
    }

    /// <summary>One bar a stage.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<SaeProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(SaeProgress value)
        {
            lock (_tasks)
            {
                if (!_tasks.TryGetValue(value.Stage, out var task)) _tasks.Add(value.Stage, task = context.AddTask(Markup.Escape(value.Stage), maxValue: Math.Max(1, value.Total)));
                task.Description = Markup.Escape(Text(value));
                task.MaxValue = Math.Max(1, value.Total);
                task.Value = value.Done;
            }
        }
    }

    /// <summary>A line when a stage begins and ends, and every few seconds between.</summary>
    private sealed class Lines(TextWriter error) : IProgress<SaeProgress>
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
        private readonly Lock _lock = new();
        private string _stage = "";
        private long _last;

        public void Report(SaeProgress value)
        {
            lock (_lock)
            {
                var isEnd = value.Total > 0 && value.Done >= value.Total;
                if (value.Stage == _stage && !isEnd && Stopwatch.GetElapsedTime(_last) < Pause) return;
                (_stage, _last) = (value.Stage, Stopwatch.GetTimestamp());
                var share = value.Total > 0 ? Printable.Percent(value.Done / (double)value.Total) : Printable.Count(value.Done);
                error.WriteLine($"{share,8}  {Text(value)}");
            }
        }
    }
}
