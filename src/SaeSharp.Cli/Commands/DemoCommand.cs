using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;
using SaeSharp.Lab.Demo.Building;
using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.Demo.Texts;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae demo</c> and what belongs to it. All but <c>texts</c> work in the demo's own workspace.</summary>
internal static class DemoCommand
{
    public static Command Create(Shell shell)
    {
        var (port, quiet) = ServeCommand.Flags();
        var command = shell.Plain("demo", "Open the workbench on a small world in which all that a language model could find is known: no download, no set-up.", async (session, parsed, cancel) =>
        {
            using var demo = session.Workspace.OpenDemo();
            await ServeCommand.Serve(session with { Workspace = demo }, parsed.GetValue(port), !parsed.GetValue(quiet), cancel);
        });
        command.Add(port);
        command.Add(quiet);
        foreach (var verb in (Command[])[Texts(shell), Score(shell), Check(shell), Steer(shell), Export(shell), Build(shell)]) command.Add(verb);
        return command;
    }

    private static Command Texts(Shell shell) => shell.Verb<DemoTextsRequest>("texts", new([]), async (session, request, cancel) =>
    {
        await using var output = request.Out is null ? Console.OpenStandardOutput() : Stream.Null;
        var result = await session.Run(progress => Workspace.DemoTexts(request, output, progress, cancel));
        if (request.Out is null) return;
        session.Output.WriteLine($"{Figure.Of(result.Texts)} texts, {Figure.Of(result.Tokens)} tokens, {Figure.Of(result.Tokens / result.Seconds)} tokens/s; no model's loss is below {Figure.Of(result.BoundNats)} nats a token");
        var sheet = session.Sheet("kind", ">texts", ">of the tokens", ">bound, nats");
        foreach (var kind in result.Kinds) sheet.Add(kind.Kind, Figure.Of(kind.Texts), Figure.Share(kind.TokenShare), Figure.Of(kind.BoundNats));
        sheet.Write(session.Output);
    });

    private static Command Score(Shell shell) => shell.Verb<DemoScoreRequest>("score", new([]), async (session, request, cancel) =>
    {
        using var demo = session.Workspace.OpenDemo();
        await session.Show(progress => demo.DemoScore(request, progress, cancel), (result, output) => DemoScoreTables.Print(result, session, output));
    });

    private static Command Check(Shell shell) => shell.Verb<DemoCheckRequest>("check", new([]), async (session, request, cancel) =>
    {
        using var demo = session.Workspace.OpenDemo();
        await session.Show(progress => demo.DemoCheck(request, progress, cancel), (result, output) => DemoCheckTables.Print(result, session, output));
    });

    private static Command Steer(Shell shell) => shell.Verb<DemoSteerRequest>("steer", new([]), async (session, request, cancel) =>
    {
        using var demo = session.Workspace.OpenDemo();
        await session.Show(progress => demo.DemoSteer(request, progress, cancel), (result, output) => DemoSteerTables.Print(result, session, output));
    });

    private static Command Export(Shell shell) => shell.Verb<DemoExportRequest>("export", new(["Folder"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.DemoExport(request, progress, cancel), (result, output) => output.WriteLine($"{Visible.Text(result.Folder)}: {string.Join(", ", result.Files)}")));

    private static Command Build(Shell shell) => shell.Verb<DemoBuildRequest>("build", new([]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.DemoBuild(request, progress, cancel), (result, output) =>
        {
            output.WriteLine($"{Visible.Text(result.Home)}: a model of {Figure.Of(result.Model.Parameters)} parameters and {result.Saes.Count} SAEs in {Figure.Of(result.Seconds)} s{(result.BundleBytes is { } bytes ? $"; bundle of {Figure.Bytes(bytes)}" : "")}");
            DemoCheckTables.Print(result.Check, session, output);
            if (result.Score is { } score) DemoScoreTables.Print(score, session, output);
            if (result.Steering is { } steering) DemoSteerTables.Print(steering, session, output);
        }));
}
