using System.Globalization;
using System.Text;

namespace SaeSharp.Lab.Coding;

/// <summary>Error against bits as a picture: of every method the points that no other of its own beats, both axes logarithmic.</summary>
internal static class RatePicture
{
    private const int Width = 720, Height = 440, Left = 64, Top = 16, Right = 168, Bottom = 48;
    private static readonly string[] Colours = ["#2563eb", "#d97706", "#16a34a", "#9333ea", "#dc2626", "#64748b"];

    public static string Svg(IReadOnlyList<RatePoint> points)
    {
        RatePoint[] shown = [.. points.Where(point => point is { CodedBits: > 0, Fvu: > 0 and < 2 })];
        if (shown.Length == 0) return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\"/>\n";
        var x = new Axis(shown.Min(point => point.CodedBits), shown.Max(point => point.CodedBits), Left, Width - Right);
        var y = new Axis(shown.Min(point => point.Fvu), shown.Max(point => point.Fvu), Height - Bottom, Top);
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" role=\"img\">");
        svg.AppendLine("<title>Fraction of variance unexplained against entropy-coded bits a vector</title>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>");
        foreach (var tick in x.Ticks()) svg.AppendLine(CultureInfo.InvariantCulture, $"<path d=\"M{x.Of(tick):F1} {Top}V{Height - Bottom}\" stroke=\"#e5e7eb\"/><text x=\"{x.Of(tick):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#374151\">{tick:G4}</text>");
        foreach (var tick in y.Ticks()) svg.AppendLine(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y.Of(tick):F1}H{Width - Right}\" stroke=\"#e5e7eb\"/><text x=\"{Left - 8}\" y=\"{y.Of(tick) + 4:F1}\" text-anchor=\"end\" fill=\"#374151\">{tick:G4}</text>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\" fill=\"#111827\">bits a vector, entropy-coded</text>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"14\" y=\"{(Height - Bottom + Top) / 2}\" text-anchor=\"middle\" fill=\"#111827\" transform=\"rotate(-90 14 {(Height - Bottom + Top) / 2})\">FVU</text>");
        foreach (var (number, method) in shown.Select(point => point.Method).Distinct().Index())
        {
            var colour = Colours[number % Colours.Length];
            var best = Frontier(shown.Where(point => point.Method == method));
            svg.AppendLine(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', best.Select(point => string.Create(CultureInfo.InvariantCulture, $"{x.Of(point.CodedBits):F1},{y.Of(point.Fvu):F1}")))}\"/>");
            foreach (var point in best) svg.AppendLine(CultureInfo.InvariantCulture, $"<circle cx=\"{x.Of(point.CodedBits):F1}\" cy=\"{y.Of(point.Fvu):F1}\" r=\"3\" fill=\"{colour}\"><title>{method}, {point.Count} entries of {point.Bits} bits: {point.CodedBits:F1} bits, FVU {point.Fvu:G3}</title></circle>");
            svg.AppendLine(CultureInfo.InvariantCulture, $"<path d=\"M{Width - Right + 14} {Top + 10 + 20 * number}h18\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{Width - Right + 38}\" y=\"{Top + 14 + 20 * number}\" fill=\"#111827\">{method}</text>");
        }
        return svg.Append("</svg>").AppendLine().ToString();
    }

    /// <summary>The points of one method to which none costs fewer bits and is better, from few bits to many.</summary>
    public static IReadOnlyList<RatePoint> Frontier(IEnumerable<RatePoint> points)
    {
        var best = new List<RatePoint>();
        foreach (var point in points.OrderBy(point => point.CodedBits).ThenBy(point => point.Fvu))
            if (best.Count == 0 || point.Fvu < best[^1].Fvu) best.Add(point);
        return best;
    }

    /// <summary>A logarithmic axis from one pixel to another.</summary>
    private sealed class Axis(double low, double high, double from, double to)
    {
        public double Of(double value) => high <= low ? from : from + (Math.Log(value) - Math.Log(low)) / (Math.Log(high) - Math.Log(low)) * (to - from);

        /// <summary>1, 2 and 5 times the powers of ten inside.</summary>
        public IEnumerable<double> Ticks()
        {
            for (var power = (int)Math.Floor(Math.Log10(low)); power <= Math.Ceiling(Math.Log10(high)); power++)
                for (var digit = 1; digit <= 5; digit = digit == 2 ? 5 : 2 * digit)
                    if (digit * Math.Pow(10, power) is var tick && tick >= low && tick <= high) yield return tick;
        }
    }
}
