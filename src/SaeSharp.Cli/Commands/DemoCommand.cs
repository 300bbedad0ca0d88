using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;
using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.Texts;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae demo</c> and what belongs to it.</summary>
internal static class DemoCommand
{
    public static Command Create(Shell shell) => new("demo", "A small world of texts in which all that a model could find is known.") { Texts(shell), Score(shell) };

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

    private static Command Score(Shell shell) => shell.Verb<DemoScoreRequest>("score", new([]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.DemoScore(request, progress, cancel), (result, output) => DemoScoreTables.Print(result, session, output)));
}
