using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae generate MODEL PROMPT</c></summary>
internal static class GenerateCommand
{
    public static Command Create(Shell shell) => shell.Verb<GenerateRequest>("generate", new(["Model", "Prompt?"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Generate(request, progress, cancel), (result, output) => output.WriteLine(Visible.Lines(result.Text))));
}
