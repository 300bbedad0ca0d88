using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae read MODEL PROMPT --sae …</c>: features on each token, every layer.</summary>
internal static class ReadCommand
{
    public static Command Create(Console console) => Verb.Create<ReadRequest, ReadResult>(
        console, "read", [nameof(ReadRequest.Model), nameof(ReadRequest.Prompt)], (workspace, request, progress, cancel) => workspace.Read(request, progress, cancel), Print);

    private static void Print(ReadResult read, TextWriter output)
    {
        foreach (var layer in read.Layers)
        {
            output.WriteLine($"{Printable.Text(layer.Sae)} · {layer.Hook}" + (layer.Index is null ? " · no index: values only" : ""));
            TextTable.Write(output, [">#", "token", ">fire", ">error", "features: index value (quantile in its own firings)"], layer.Tokens.Select((reading, i) => (string[])
                [$"{reading.Position}", Printable.Text(read.Tokens[i].Text), $"{reading.Active}", Printable.Percent(reading.ErrorShare), string.Join("   ", reading.Features.Select(Feature))]));
            output.WriteLine();
        }
        foreach (var followed in read.Followed)
        {
            output.WriteLine($"{Printable.Text(followed.Sae)}:{followed.Feature}  largest {Printable.Number(followed.Max)}" + (followed.IndexMax is { } max ? $" of {Printable.Number(max)} in the index" : ""));
            output.WriteLine("  " + string.Join("  ", followed.Values.Select((value, i) => $"{Printable.Text(read.Tokens[i].Text)}={Printable.Number(value)}")));
        }
    }

    private static string Feature(FeatureReading feature) =>
        $"{feature.Feature} {Printable.Number(feature.Value)}" + (feature.Quantile is { } quantile ? $" ({Printable.Percent(quantile)})" : "");
}
