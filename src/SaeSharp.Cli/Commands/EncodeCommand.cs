using System.CommandLine;
using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae encode SAE --input F.safetensors --out G.safetensors</c>.</summary>
internal static class EncodeCommand
{
    public static Command Create(Console console) => Verb.Create<EncodeRequest, EncodeResult>(
        console, "encode", [nameof(EncodeRequest.Sae)], (workspace, request, progress, cancel) => workspace.Encode(request, progress, cancel),
        (result, output) => output.WriteLine($"{Printable.Count(result.Rows)} rows, L0 {Printable.Number(result.L0)}, FVU {Printable.Number(result.Fvu)} → {Printable.Text(result.Out)}"));
}
