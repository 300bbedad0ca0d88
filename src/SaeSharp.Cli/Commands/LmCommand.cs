using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.LanguageModels;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae lm train --texts FILE</c></summary>
internal static class LmCommand
{
    public static Command Create(Shell shell) => new("lm", "Makes language models: sae lm train.")
    {
        shell.Verb<LmTrainRequest>("train", new([]), (session, request, cancel) =>
            session.Show(progress => session.Workspace.LmTrain(request, progress, cancel), (result, output) =>
            {
                var sheet = session.Sheet("model", ">parameters", ">steps", ">tokens", ">loss", ">validation loss");
                sheet.Add(result.Name, Figure.Of(result.Parameters), Figure.Of(result.Steps), Figure.Of(result.Tokens), Figure.Of(result.Loss), result.ValidationLoss is { } loss ? Figure.Of(loss) : "");
                sheet.Write(output);
                output.WriteLine($"{result.Path}: {Figure.Of(result.Seconds)} s, {Figure.Of(result.TokensPerSecond)} tokens/s");
                foreach (var sample in result.Samples) output.WriteLine($"| {Visible.Lines(sample)}");
            })),
    };
}
