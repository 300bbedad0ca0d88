using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae read MODEL PROMPT --sae S</c></summary>
internal static class ReadCommand
{
    public static Command Create(Shell shell) => shell.Verb<ReadRequest>("read", new(["Model", "Prompt?"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Read(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(ReadResult result, Session session, TextWriter output)
    {
        foreach (var layer in result.Layers)
        {
            output.WriteLine($"{Visible.Text(layer.Hook)}, read by {Visible.Text(layer.Sae)} (feature value, quantile in {(layer.Index is null ? "an index: none yet" : "its index")})");
            var sheet = session.Sheet(">pos", "token", ">L0", ">‖x‖", ">not explained", "strongest features");
            foreach (var (reading, token) in layer.Tokens.Zip(result.Tokens))
            {
                var features = token.IsSpecial ? "(special token: SAEs are not trained on it)" : string.Join("  ", reading.Features.Select(Show));
                sheet.Add($"{reading.Position}", token.Text, $"{reading.Active}", Figure.Of(reading.Norm), Figure.Share(reading.ErrorShare), features);
            }
            sheet.Write(output);
            output.WriteLine();
        }
        foreach (var feature in result.Followed)
            output.WriteLine($"{Visible.Text(feature.Sae)}:{feature.Feature}  {string.Join(' ', feature.Values.Select(value => Figure.Of(value)))}  max {Figure.Of(feature.Max)}{(feature.MaxPosition is { } at ? $" at {at}" : "")}");
    }

    private static string Show(FeatureReading feature) => $"{feature.Feature} {Figure.Of(feature.Value)}{(feature.Quantile is { } quantile ? $" ({Figure.Share(quantile)})" : "")}{(feature.Label is { } label ? $" “{Visible.Text(label)}”" : "")}";
}
