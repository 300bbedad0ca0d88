using System.CommandLine;
using System.Runtime.InteropServices;
using SaeSharp.Cli.Binding;
using SaeSharp.Cli.Commands;
using SaeSharp.Lab;

namespace SaeSharp.Cli;

/// <summary>Runs one command line: results to <paramref name="output"/>, everything else to <paramref name="error"/>.</summary>
internal sealed class Shell(TextWriter output, TextWriter error, Terminal terminal)
{
    private const int Done = 0, UserError = 1, UsageError = 2, Interrupted = 130, Terminated = 143;

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document instead of text.", Recursive = true };
    private readonly Option<string?> _home = new("--home") { Description = "Folder of the workspace. Left out: SAESHARP_HOME, or the user's data folder.", HelpName = "FOLDER", Recursive = true };
    private readonly Option<int> _threads = new("--threads") { Description = "Compute threads; 0 for one a core.", HelpName = "N", Recursive = true };

    private readonly Option<string?> _db = new("--db") { Description = "Where names, notes, votes and lists are kept: a PostgreSQL server that several people share, as \"Host=db.lab;Database=saesharp;Username=ada\". Left out: SAESHARP_DB, or a file of the workspace.", HelpName = "SETTINGS", Recursive = true };

    /// <summary>Exit codes: 0 done, 1 user error, 2 usage, 130 interrupted, 143 terminated.</summary>
    public async Task<int> Run(IReadOnlyList<string> args)
    {
        using var cancel = new CancellationTokenSource();
        var stopped = Interrupted;
        void Stop(PosixSignalContext signal)
        {
            if (cancel.IsCancellationRequested) return; // the second signal ends the process at once
            (signal.Cancel, stopped) = (true, signal.Signal == PosixSignal.SIGTERM ? Terminated : Interrupted);
            cancel.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var parsed = Root().Parse(args);
            if (parsed.Errors.Count > 0) return Usage(parsed);
            return await parsed.InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancel.Token);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            error.WriteLine("Stopped. What was saved stays; sae train goes on with --resume, sae pull by itself.");
            return stopped;
        }
        catch (Exception failure) when (Problem.Of(failure) is { } problem)
        {
            error.WriteLine($"Error: {Output.Visible.Lines(problem.Message)}");
            error.WriteLine($"Hint:  {Output.Visible.Lines(problem.Hint)}");
            return UserError;
        }
    }

    /// <summary>A verb whose flags are the properties of <typeparamref name="TRequest"/>.</summary>
    /// <param name="name">The verb.</param>
    /// <param name="options">Its flags.</param>
    /// <param name="run">Calls the workspace and prints.</param>
    public Command Verb<TRequest>(string name, RequestOptions<TRequest> options, Func<Session, TRequest, CancellationToken, Task> run) where TRequest : notnull =>
        Verb(name, options, (session, request, _, cancel) => run(session, request, cancel));

    /// <summary>A verb with flags of its own beside those of its request.</summary>
    public Command Verb<TRequest>(string name, RequestOptions<TRequest> options, Func<Session, TRequest, ParseResult, CancellationToken, Task> run) where TRequest : notnull
    {
        var command = Plain(name, DocComments.OfType(typeof(TRequest)), (session, parsed, cancel) => run(session, options.Bind(parsed), parsed, cancel));
        options.AddTo(command);
        return command;
    }

    /// <summary>A verb without a request.</summary>
    public Command Plain(string name, string description, Func<Session, ParseResult, CancellationToken, Task> run)
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = Workspace.Open(parsed.GetValue(_home), parsed.GetValue(_threads), parsed.GetValue(_db));
            await run(new(workspace, output, error, terminal, parsed.GetValue(_json)), parsed, cancel);
            return Done;
        });
        return command;
    }

    private RootCommand Root() => new("Finds, explains and steers features inside language models with sparse autoencoders (SAEs).")
    {
        _json, _home, _threads, _db,
        TryCommand.Create(this), InfoCommand.Create(this), TokensCommand.Create(this), GenerateCommand.Create(this), ActivationsCommand.Create(this), TrainCommand.Create(this), RunsCommand.Create(this),
        EncodeCommand.Create(this), EvalCommand.Create(this), ProbeCommand.Create(this), IndexCommand.Create(this), FeatureCommand.Create(this), ReadCommand.Create(this), SteerCommand.Create(this),
        DemoCommand.Create(this),
        ServeCommand.Create(this), BenchCommand.Create(this), SynthCommand.Create(this), PullCommand.Create(this), PushCommand.Create(this), SearchCommand.Create(this), LmCommand.Create(this),
        CodeCommand.Create(this),
        ContrastCommand.Create(this),
        LabelCommand.Create(this),
        VoteCommand.Create(this), ListCommand.Create(this),
    };

    private int Usage(ParseResult parsed)
    {
        foreach (var problem in parsed.Errors) error.WriteLine($"Error: {Output.Visible.Lines(problem.Message)}");
        var verb = string.Join(' ', Path(parsed.CommandResult));
        error.WriteLine($"Hint:  {verb} --help lists what it takes.");
        return UsageError;
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent ? Path(parent).Append(result.Command.Name) : ["sae"];
}
