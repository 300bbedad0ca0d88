using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>PROVENANCE.md: how a bundle came about, and the hash of all that is in it.</summary>
internal static class Provenance
{
    public static string Write(DemoBuildRequest request, DemoBuildResult result)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# Where the demo comes from");
        Line($"");
        Line($"Made from nothing by `sae demo build --tokens {request.Tokens} --sae-tokens {request.SaeTokens} --seed {request.Seed} --bundle FOLDER`. No text of others is in it: the texts are of our own grammar.");
        Line($"");
        Line($"| | |");
        Line($"|---|---|");
        Line($"| Date | {DateTime.UtcNow:yyyy-MM-dd} |");
        Line($"| Machine | {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores |");
        Line($"| Time of the last run | {result.Seconds:N0} s, of which the language model {result.Model.Seconds:N0} s |");
        Line($"| Parameters | {result.Model.Parameters:N0} |");
        Line($"| Tokens learnt from | {result.Model.Tokens:N0}, in {result.Model.Steps:N0} steps |");
        Line($"| Loss on fresh texts | {result.Check.Loss:F4} nats a token, {100 * (result.Check.Loss / result.Check.Bound - 1):F1} % over the bound of {result.Check.Bound:F4} |");
        Line($"");
        Line($"| file | SHA-256 |");
        Line($"|---|---|");
        foreach (var file in DemoHome.Contents(result.Home).Order(StringComparer.Ordinal))
            Line($"| {Path.GetRelativePath(result.Home, file).Replace('\\', '/')} | {ContentHash.OfFile(file)} |");
        return text.ToString();
    }
}
