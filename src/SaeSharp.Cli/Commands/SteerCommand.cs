using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae steer MODEL PROMPT --feature SAE:N=COEF</c>: natural coefficients, the text before and after, every layer read back.</summary>
internal static class SteerCommand
{
    public static Command Create(Console console) => Verb.Create<SteerRequest, SteerResult>(
        console, "steer", [nameof(SteerRequest.Model), nameof(SteerRequest.Prompt)], (workspace, request, progress, cancel) => workspace.Steer(request, progress, cancel), Print);

    private static void Print(SteerResult steer, TextWriter output)
    {
        TextTable.Write(output, ["feature", "edit", ">coefficient", ">natural", ">× natural", ">of max", ">of ‖h‖", ">re-encoded", "positions"], steer.Features.Select(feature => (string[])
        [
            $"{Printable.Text(feature.Sae)}:{feature.Feature}", $"{feature.Op.ToString().ToLowerInvariant()}  {feature.Formula}", Printable.Number(feature.Coefficient), Printable.Number(feature.Natural),
            Printable.Number(feature.TimesNatural), Printable.Percent(feature.OfIndexMax), Printable.Percent(feature.OfNorm), Printable.Number(feature.Reencoded), $"{feature.Positions}",
        ]));
        foreach (var note in steer.Features.Select(f => f.Note).OfType<string>().Distinct()) output.WriteLine(note);
        output.WriteLine();
        output.WriteLine($"before  {Printable.Text(steer.Before.Text)}");
        output.WriteLine($"after   {Printable.Text(steer.After.Text)}");
        output.WriteLine($"KL of the next token at the end of the prompt: {Printable.Number(steer.Kl)} nats");
        output.WriteLine($"next    {string.Join("   ", steer.NextTokens.Select(t => $"'{Printable.Text(t.Text)}' {Printable.Percent(t.Before)} → {Printable.Percent(t.After)}"))}");
        foreach (var layer in steer.Layers)
        {
            output.WriteLine();
            output.WriteLine($"{Printable.Text(layer.Sae)} · {layer.Hook}: ‖h‖ × {Printable.Number(layer.NormRatio)}, cosine {Printable.Number(layer.Cosine)}");
            Print("prompt", layer.Prompt, steer, output);
            Print("continuation", layer.Continuation, steer, output);
        }
    }

    private static void Print(string where, IReadOnlyList<FeatureChange> changes, SteerResult steer, TextWriter output)
    {
        if (changes.Count == 0) return;
        TextTable.Write(output, [$"  {where}", ">feature", "at", ">before", ">after", ">difference"], changes.Select(change => (string[])
            ["", $"{change.Feature}", $"{change.Position} '{Printable.Text(steer.ReadBack[change.Position].Text)}'", Printable.Number(change.Before), Printable.Number(change.After), Printable.Number(change.Difference)]));
    }
}
