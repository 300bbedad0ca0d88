using System.CommandLine;
using SaeSharp.Cli.Binding;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;

namespace SaeSharp.Cli.Commands;

/// <summary>What every verb does: bind its request, make one library call, print the result as text or JSON.</summary>
internal static class Verb
{
    /// <summary>A library call.</summary>
    public delegate Task<TResult> Call<TRequest, TResult>(Workspace workspace, TRequest request, IProgress<Progress>? progress, CancellationToken cancel);

    /// <summary>A command named <paramref name="name"/> whose flags are the properties of <typeparamref name="TRequest"/>.</summary>
    /// <param name="console">Where it prints.</param>
    /// <param name="name">The verb.</param>
    /// <param name="positional">Properties given by position.</param>
    /// <param name="call">The call.</param>
    /// <param name="print">Prints the result for people.</param>
    /// <param name="printJson">Prints it for machines; one document unless the contract says otherwise.</param>
    /// <param name="after">What follows a result, such as serving it.</param>
    public static Command Create<TRequest, TResult>(
        Console console, string name, string[] positional, Call<TRequest, TResult> call, Action<TResult, TextWriter> print,
        Action<TResult, TextWriter>? printJson = null, Func<Workspace, TResult, ParseResult, CancellationToken, Task>? after = null) where TRequest : class
    {
        var command = new Command(name, DocText.Of(typeof(TRequest)));
        var binder = new RequestBinder<TRequest>(command, positional);
        command.SetAction(async (parsed, cancel) =>
        {
            var request = binder.Read(parsed);
            using var workspace = console.OpenWorkspace(parsed);
            var result = await ProgressView.Run(console.Error, progress => call(workspace, request, progress, cancel));
            if (!console.WantsJson(parsed)) print(result, console.Output);
            else if (printJson is not null) printJson(result, console.Output);
            else console.PrintJson(result);
            await console.Output.FlushAsync(cancel);
            if (after is not null) await after(workspace, result, parsed, cancel);
            return 0;
        });
        return command;
    }
}
