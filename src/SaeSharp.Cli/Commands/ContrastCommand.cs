using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Probing;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae contrast MODEL --a FILE --b FILE</c></summary>
internal static class ContrastCommand
{
    public static Command Create(Shell shell) => shell.Verb<ContrastRequest>("contrast", new(["Model"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Contrast(request, progress, cancel), (result, output) => Print(result, request, session, output)));

    private static void Print(ContrastResult result, ContrastRequest request, Session session, TextWriter output)
    {
        output.WriteLine($"{Figure.Of((long)result.PromptsA)} prompts of A, {Figure.Of((long)result.PromptsB)} of B{(result.Paired ? " in pairs" : "")}, {Figure.Of(result.Tokens)} tokens; {(result.At is null ? $"pooled by {result.Pooling.ToString().ToLowerInvariant()}" : $"tokens {Visible.Text(result.At)}, pooled by {result.Pooling.ToString().ToLowerInvariant()}")}{(result.PromptText is null ? "" : ", in the model's chat template")}");
        output.WriteLine($"{Figure.Of((long)result.Tested)} features fire on a prompt, {Figure.Of((long)result.Significant)} of them with q < 0.05; without a mistake {result.Perfect.Found} (by chance {Figure.Of(result.Perfect.Expected)}), on the choosing half {result.Perfect.FoundChoosing} (by chance {Figure.Of(result.Perfect.ExpectedChoosing)}), {result.Perfect.HeldUp} of these on the held-out half too");
        foreach (var note in result.Notes) output.WriteLine($"Note: {note}.");
        Print("Larger on A", result.HigherInA, session, output);
        Print("Larger on B", result.HigherInB, session, output);

        output.WriteLine();
        output.WriteLine("Few features together, and their rivals, on the held-out half");
        var sets = session.Sheet("what", ">accuracy", ">95 %", ">AUROC", "features, in the order they came in");
        foreach (var set in result.Sets) sets.Add($"{set.Size} features", Figure.Of(set.Accuracy.Value), Interval(set.Accuracy), Figure.Of(set.Auroc), string.Join(' ', set.Features.Select(feature => $"{Short(feature.Sae)}:{feature.Feature}")));
        foreach (var layer in result.Layers) sets.Add($"linear probe, {layer.Hook}", Figure.Of(layer.Probe.Accuracy.Value), Interval(layer.Probe.Accuracy), Figure.Of(layer.Probe.Auroc), $"mean difference: AUROC {Figure.Of(layer.Probe.MeanDifferenceAuroc)}");
        foreach (var confound in result.Confounds) sets.Add($"only {confound.Name}", "", "", Figure.Of(confound.Auroc.Value), Interval(confound.Auroc));
        sets.Write(output);
        if (result.Bundle is { } bundle) output.WriteLine($"\nBundle of {Visible.Text(bundle.Sae)} towards {bundle.Toward}: {string.Join(", ", bundle.Edits.Select(edit => $"{edit.Vector!.Feature}={Figure.Of(edit.Coefficient)}"))} at {(bundle.Edits.Count > 0 ? bundle.Edits[0].Positions : "")}{(request.BundleOut is { } file ? $", written to {Visible.Text(file)}: sae steer MODEL PROMPT --edits {Visible.Text(file)} --controls 6" : "")}");
        output.WriteLine($"{Figure.Of(result.Seconds)} s, {Figure.Of(result.ReadSeconds)} s of them reading");
    }

    private static void Print(string title, IReadOnlyList<ContrastFeature> features, Session session, TextWriter output)
    {
        if (features.Count == 0) return;
        output.WriteLine();
        output.WriteLine($"{title} (chosen on one half; held out: the other)");
        var sheet = session.Sheet("feature", ">AUROC", ">held out", ">95 %", ">fires A", ">fires B", ">difference", ">of its max", ">p", ">q", ">p of best", ">same length", ">output score", ">confidence", "says");
        foreach (var feature in features)
        {
            sheet.Add($"{feature.Sae}:{feature.Feature}", Figure.Of(feature.Auroc.Value), Figure.Of(feature.HeldOutAuroc.Value), Interval(feature.HeldOutAuroc), Figure.Share(feature.RateA), Figure.Share(feature.RateB),
                Figure.Signed(feature.Difference), Figure.Share(feature.Effect), Figure.Of(feature.P), Figure.Of(feature.Q), Figure.Of(feature.PMax), Figure.Of(feature.Matched[0].Auroc),
                Figure.Of(feature.Steering?.OutputScore), feature.Steering is { } steering ? Figure.Signed(steering.ConfidenceChange) : Figure.Of((double?)null), string.Join(' ', feature.Steering?.Says.Take(4) ?? []));
        }
        sheet.Write(output);
    }

    private static string Short(string sae) => sae[(sae.LastIndexOf('/') + 1)..];

    private static string Interval(Estimate estimate) => $"{Figure.Of(estimate.Low)} to {Figure.Of(estimate.High)}";
}
