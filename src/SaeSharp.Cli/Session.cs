using System.Text.Json;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;
using Spectre.Console;
using Progress = SaeSharp.Lab.Progress;

namespace SaeSharp.Cli;

/// <summary>What a verb works with: the workspace, and where to write.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Output">Results.</param>
/// <param name="Error">Everything else.</param>
/// <param name="Terminal">Whether a person looks at either.</param>
/// <param name="Json">Whether results are JSON.</param>
internal sealed record Session(Workspace Workspace, TextWriter Output, TextWriter Error, Terminal Terminal, bool Json)
{
    /// <summary>Runs a verb with progress on the error stream, then prints its result.</summary>
    public async Task Show<TResult>(Func<IProgress<Progress>, Task<TResult>> work, Action<TResult, TextWriter> print)
    {
        var result = await Run(work);
        if (Json) Output.WriteLine(JsonSerializer.Serialize(result, LabJson.Options));
        else print(result, Output);
        await Output.FlushAsync();
    }

    /// <summary>Runs a verb with progress: bars on a terminal, plain lines elsewhere.</summary>
    public async Task<TResult> Run<TResult>(Func<IProgress<Progress>, Task<TResult>> work)
    {
        if (!Terminal.Error) return await work(new PlainProgress(Error));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });
        return await console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(bars => work(new BarProgress(bars)));
    }

    /// <summary>A table for people: ruled on a terminal, aligned columns elsewhere.</summary>
    public Sheet Sheet(params ReadOnlySpan<string> columns) => new(columns, Terminal.Output);
}
