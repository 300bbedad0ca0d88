using System.Globalization;
using System.Text;

namespace SaeSharp.Lab.Coding;

/// <summary>Comparisons of codes as Markdown tables, for a page of documentation.</summary>
internal static class CodeTables
{
    private static readonly int[] Budgets = [40, 80, 160, 320, 640];

    /// <summary>At each budget of bits the best point of every method, best method first.</summary>
    public static string Of(RateDistortionResult result)
    {
        var table = new StringBuilder("| bits at most | code | entries × bits of the grid | bits coded | FVU | CE | CE recovered |\n|---|---|---|---|---|---|---|\n");
        foreach (var budget in Budgets)
        {
            var best = result.Points.Where(point => point.CodedBits <= budget).GroupBy(point => point.Method).Select(method => method.MinBy(point => point.Fvu)!).Where(point => point.Fvu < 1).OrderBy(point => point.Fvu);
            foreach (var (place, point) in best.Index())
                table.AppendLine(CultureInfo.InvariantCulture, $"| {(place == 0 ? budget.ToString(CultureInfo.InvariantCulture) : "")} | {point.Method} | {point.Count} × {point.Bits} | {point.CodedBits:F1} | {point.Fvu:G3} | {Number(point.Ce)} | {Share(point.CeRecovered)} |");
        }
        return table.ToString();
    }

    /// <summary>A row for each way to code.</summary>
    public static string Of(CompareCodesResult result)
    {
        var table = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"| code | L0 | FVU | CE ({Number(result.CeOriginal)} without) | CE recovered | ‖A·f‖ ÷ ‖b‖ | features shared with the encoder | time ÷ encoder |\n|---|---|---|---|---|---|---|---|\n"));
        foreach (var row in result.Rows)
            table.AppendLine(CultureInfo.InvariantCulture, $"| {row.Code} | {row.L0:F1} | {row.Fvu:G3} | {Number(row.Ce)} | {Share(row.CeRecovered)} | {Number(row.Shrinkage)} | {Share(row.Overlap)} | {row.SecondsPerToken / result.Rows[0].SecondsPerToken:G3} |");
        return table.ToString();
    }

    private static string Number(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "–";

    private static string Share(double? value) => value is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %") : "–";
}
