using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae feature SAE N</c>: a feature's page in the terminal.</summary>
internal static class FeatureCommand
{
    private const int BarWidth = 40;

    public static Command Create(Console console) => Verb.Create<FeatureRequest, FeatureResult>(
        console, "feature", [nameof(FeatureRequest.Sae), nameof(FeatureRequest.Feature)], (workspace, request, progress, cancel) => workspace.Feature(request, progress, cancel), Print);

    private static void Print(FeatureResult feature, TextWriter output)
    {
        output.WriteLine($"{Printable.Text(feature.Sae)} · feature {feature.Feature}");
        output.WriteLine($"fires on {Printable.Count(feature.Fired)} of {Printable.Count(feature.Tokens)} tokens ({Printable.Percent(feature.Density)}); "
            + $"mean {Printable.Number(feature.Mean)}, largest {Printable.Number(feature.Max)}");
        if (feature.Reason is { } reason) output.WriteLine(reason);
        PrintHistogram(feature.Histogram, output);
        PrintList("fires most on", feature.TopTokens.Select(t => $"'{Printable.Text(t.Text)}' {Printable.Count(t.Fired)} of {Printable.Count(t.Occurrences)}"), output);
        PrintList("says", feature.Logits.Positive.Select(Effect), output);
        PrintList("unsays", feature.Logits.Negative.Select(Effect), output);
        if (feature.Logits.Reason is { } none) output.WriteLine($"no logit effects: {none}");
        PrintList("neighbours", feature.Neighbours.Select(n => $"{n.Feature} (cosine {Printable.Number(n.Cosine)})"), output);
        output.WriteLine();
        output.WriteLine("strongest examples");
        foreach (var example in feature.TopExamples) PrintExample(example, output);
        foreach (var interval in feature.Intervals.Where(i => i.Examples.Count > 0))
        {
            output.WriteLine($"interval {Printable.Number(interval.Low)} – {Printable.Number(interval.High)}: {Printable.Count(interval.Count)} tokens, {Printable.Percent(interval.Share)} of its firings");
            foreach (var example in interval.Examples) PrintExample(example, output);
        }
    }

    private static string Effect(TokenEffect effect) => $"'{Printable.Text(effect.Text)}' {Printable.Number(effect.Value)}";

    private static void PrintList(string title, IEnumerable<string> items, TextWriter output)
    {
        var text = string.Join("  ", items);
        if (text.Length > 0) output.WriteLine($"{title,-14}{text}");
    }

    /// <summary>Bars on a log scale: the tail is what a linear one hides.</summary>
    private static void PrintHistogram(IReadOnlyList<HistogramBin> bins, TextWriter output)
    {
        if (bins.Count == 0) return;
        var most = Math.Log2(1 + bins.Max(bin => bin.Count));
        foreach (var bin in bins)
            output.WriteLine($"  {Printable.Number(bin.Low),9} – {Printable.Number(bin.High),-9} {new string('▒', (int)Math.Ceiling(BarWidth * Math.Log2(1 + bin.Count) / most))} {Printable.Count(bin.Count)}");
    }

    private static void PrintExample(Example example, TextWriter output)
    {
        var text = string.Concat(example.Tokens.Select((token, i) => i == example.At ? $"[{Printable.Text(token.Text)}]" : Printable.Text(token.Text)));
        output.WriteLine($"  {Printable.Number(example.Value),9}  {text}");
    }
}
