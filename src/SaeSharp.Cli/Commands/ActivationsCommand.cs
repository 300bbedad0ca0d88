using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae activations MODEL --text T --hook H --out F.safetensors</c>.</summary>
internal static class ActivationsCommand
{
    public static Command Create(Console console) => Verb.Create<ActivationsRequest, ActivationsResult>(
        console, "activations", [nameof(ActivationsRequest.Model)], (workspace, request, progress, cancel) => workspace.Activations(request, progress, cancel), Print);

    private static void Print(ActivationsResult result, TextWriter output)
    {
        output.WriteLine($"{Printable.Count(result.Prompts)} prompts, {Printable.Count(result.Tokens)} tokens → {Printable.Text(result.Out)}");
        TextTable.Write(output, ["tensor", "shape"], result.Tensors.Take(20).Select(t => (string[])[t.Name, $"[{string.Join(", ", t.Shape)}]"]));
        if (result.Tensors.Count > 20) output.WriteLine($"… and {Printable.Count(result.Tensors.Count - 20)} more");
    }
}
