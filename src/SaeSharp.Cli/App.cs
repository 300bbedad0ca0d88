using System.CommandLine;
using System.Runtime.InteropServices;
using SaeSharp.Cli.Binding;
using SaeSharp.Cli.Commands;
using SaeSharp.Lab;

namespace SaeSharp.Cli;

/// <summary>The program: reads the command line, runs one verb, turns what happened into an exit code.</summary>
internal static class App
{
    private const int Done = 0, UserError = 1, UsageError = 2;

    /// <summary>Runs <paramref name="args"/>. Results go to <paramref name="output"/>, everything else to <paramref name="error"/>.</summary>
    /// <returns>0 done, 1 an error the user can fix, 2 a wrong command line, 130 interrupted, 143 terminated.</returns>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = Root(new Console(output, error)).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors) await error.WriteLineAsync($"Error: {problem.Message}");
            await error.WriteLineAsync($"Hint:  sae {string.Join(" ", args.TakeWhile(a => !a.StartsWith('-')).Take(1).Append("--help"))} lists what there is.");
            return UsageError;
        }

        using var stop = new CancellationTokenSource();
        var signalled = Done;
        void Stop(PosixSignalContext context)
        {
            context.Cancel = signalled == Done; // the second signal ends the process at once
            signalled = context.Signal == PosixSignal.SIGINT ? 130 : 143;
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var code = await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error }, stop.Token);
            return signalled != Done ? signalled : code;
        }
        catch (OperationCanceledException) when (signalled != Done)
        {
            await error.WriteLineAsync("Interrupted. What was saved stays; a training run goes on with --resume.");
            return signalled;
        }
        catch (UsageException wrong)
        {
            await error.WriteLineAsync($"Error: {wrong.Message}");
            await error.WriteLineAsync($"Hint:  {wrong.Hint}");
            return UsageError;
        }
        catch (Exception failure) when (Problem.Of(failure) is { } problem)
        {
            await error.WriteLineAsync($"Error: {Printable.Text(problem.Message)}");
            await error.WriteLineAsync($"Hint:  {Printable.Text(problem.Hint)}");
            return UserError;
        }
    }

    private static RootCommand Root(Console console)
    {
        var root = new RootCommand("Finds, explains and steers the features inside language models with sparse autoencoders.");
        console.AddOptions(root);
        Command[] verbs =
        [
            TryCommand.Create(console), InfoCommand.Create(console), TokensCommand.Create(console), GenerateCommand.Create(console), ActivationsCommand.Create(console),
            TrainCommand.Create(console), EncodeCommand.Create(console), EvalCommand.Create(console), IndexCommand.Create(console), FeatureCommand.Create(console),
            ReadCommand.Create(console), SteerCommand.Create(console), ServeCommand.Create(console), BenchCommand.Create(console),
        ];
        foreach (var verb in verbs) root.Add(verb);
        return root;
    }
}
