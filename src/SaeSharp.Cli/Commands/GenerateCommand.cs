using System.CommandLine;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae generate MODEL PROMPT</c>.</summary>
internal static class GenerateCommand
{
    public static Command Create(Console console) => Verb.Create<GenerateRequest, GenerateResult>(
        console, "generate", [nameof(GenerateRequest.Model), nameof(GenerateRequest.Prompt)], (workspace, request, progress, cancel) => workspace.Generate(request, progress, cancel),
        (result, output) => output.WriteLine(string.Join('\n', result.Text.Split('\n').Select(Printable.Text))));
}
