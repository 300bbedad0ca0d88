using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Demo.Steering;

namespace SaeSharp.Cli.Commands;

/// <summary>The tables of <c>sae demo steer</c>.</summary>
internal static class DemoSteerTables
{
    public static void Print(DemoSteerResult result, Session session, TextWriter output)
    {
        var ways = session.Sheet("toward", "SAE", ">features", ">times natural", "at", ">of ‖h‖", ">before", ">steered", ">loss", ">natural loss", "random directions", "other features");
        foreach (var way in result.Ways)
            ways.Add(way.Toward.ToString().ToLowerInvariant(), Visible.Text(way.Push.Sae), $"{way.Push.Features.Count}", Figure.Of(way.Push.Times), way.Push.Positions, Figure.Of(way.Push.OfNorm),
                Figure.Share(way.Base), Figure.Share(way.Flipped), Figure.Of(way.Loss), Figure.Of(way.NaturalLoss), Range(way.Directions), Range(way.OtherFeatures));
        ways.Write(output);
        foreach (var way in result.Ways)
        {
            output.WriteLine();
            output.WriteLine($"toward {way.Toward.ToString().ToLowerInvariant()}, on {way.Requests} requests that nothing was chosen on: {string.Join(" ", way.Push.Features.Select(feature => string.Create(CultureInfo.InvariantCulture, $"{feature.Feature}={feature.Coefficient:G4}")))}");
            output.WriteLine($"  prompt  {Visible.Text(way.Example.Prompt)}");
            output.WriteLine($"  before  {Visible.Text(way.Example.Before)}");
            output.WriteLine($"  after   {Visible.Text(way.Example.After)}");
        }
    }

    private static string Range(IReadOnlyList<double> shares) => shares.Count == 0 ? "-" : $"{Figure.Share(shares.Min())} to {Figure.Share(shares.Max())}";
}
