using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae encode SAE --input F --out G</c></summary>
internal static class EncodeCommand
{
    public static Command Create(Shell shell) => shell.Verb<EncodeRequest>("encode", new(["Sae"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Encode(request, progress, cancel), (result, output) =>
            output.WriteLine($"{Visible.Text(result.Out)}: {Figure.Of(result.Rows)} rows, L0 {Figure.Of(result.L0)}, FVU {Figure.Of(result.Fvu)}")));
}
