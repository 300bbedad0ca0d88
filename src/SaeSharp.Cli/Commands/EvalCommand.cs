using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;
using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae eval SAE --model M --texts FILE</c></summary>
internal static class EvalCommand
{
    public static Command Create(Shell shell) => shell.Verb<EvalRequest>("eval", new(["Sae"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Eval(request, progress, cancel), Print));

    /// <summary>Each figure with what it means, as its doc comment says.</summary>
    public static void Print(EvalResult result, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(result.Sae)} at {Visible.Text(result.Hook)}, {Figure.Of(result.Tokens)} tokens, {Figure.Of(result.TokensPerSecond)} a second");
        foreach (var property in typeof(EvalResult).GetProperties().Where(property => property.PropertyType == typeof(double?))) Print(result, property, output);
        if (result.Latents is { } latents)
            output.WriteLine($"  figures of {Figure.Of((long)latents.Density.Length)} latents are in the JSON document: --json");
    }

    private static void Print(EvalResult result, PropertyInfo property, TextWriter output)
    {
        var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        var (value, reason) = ((double?)property.GetValue(result), result.Reasons.GetValueOrDefault(name));
        if (value is null && reason is null) return; // not asked for
        output.WriteLine($"  {name,-34}{Figure.Of(value),10}  {DocComments.OfProperty(property)}{(reason is null ? "" : $" ({reason})")}");
    }
}
