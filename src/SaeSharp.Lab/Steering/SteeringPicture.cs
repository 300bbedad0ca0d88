using System.Globalization;
using System.Security;
using System.Text;

namespace SaeSharp.Lab.Steering;

/// <summary>A steering as a picture: how far the push reaches at every layer and token, and what became of the features that were followed. SVG with colours of its own, for papers and slides.</summary>
public static class SteeringPicture
{
    private const int TokensInARow = 48, Cell = 18, Line = 15, Left = 190, Head = 78, Gap = 26;

    private sealed record Band(string Title, double Full, IReadOnlyList<(string Label, IReadOnlyList<double> Values)> Rows);

    /// <summary>The picture.</summary>
    public static string Svg(SteerResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var (body, y) = (new StringBuilder(), 24);
        foreach (var band in Bands(result))
        {
            Text(body, 8, y, $"{band.Title}, deepest at {band.Full.ToString("G3", CultureInfo.InvariantCulture)}", "font-weight=\"600\"");
            y += 8;
            for (var first = 0; first < result.ReadBack.Count; first += TokensInARow) y = Rows(body, y, band, result, first);
            y += Gap;
        }
        var width = Left + Cell * Math.Min(TokensInARow, result.ReadBack.Count) + 60;
        return string.Create(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{y}\" viewBox=\"0 0 {width} {y}\" font-family=\"system-ui, sans-serif\" font-size=\"11\" fill=\"#1c1f23\" role=\"img\">\n")
            + $"<title>{Escaped($"Steering of {result.Model}: {string.Join(", ", Pushes(result))}")}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n";
    }

    private static IEnumerable<string> Pushes(SteerResult result) => result.Features.Select(feature => string.Create(CultureInfo.InvariantCulture, $"{feature.Sae}:{feature.Feature} {feature.Formula}, C {feature.Coefficient:G4}"))
        .Concat(result.Vectors.Select(vector => string.Create(CultureInfo.InvariantCulture, $"{vector.Name} at {vector.Hook} {vector.Formula}, C {vector.Coefficient:G4}")));

    private static IEnumerable<Band> Bands(SteerResult result)
    {
        yield return Of("‖h after − h before‖ ÷ ‖h before‖", result.Layers.Select(layer => (layer.Hook, layer.ChangeOfNorm)));
        foreach (var group in result.Layers.SelectMany(layer => layer.Steered.Select(trace => (layer, trace))).GroupBy(row => row.trace.TwinOf ?? $"{row.layer.Sae}:{row.trace.Feature}"))
            yield return Of($"{group.Key}, after − before", group.Select(row => ($"{row.layer.Hook} · {row.trace.Feature}", row.trace.Difference)));

        Band Of(string title, IEnumerable<(string, IReadOnlyList<double>)> rows)
        {
            var all = rows.ToList();
            return new(title, all.SelectMany(row => row.Item2.Where((_, i) => !result.ReadBack[i].IsSpecial)).Select(Math.Abs).DefaultIfEmpty(0).Max(), all);
        }
    }

    /// <summary>One line of tokens with a row of cells for each layer; returns where the next one begins.</summary>
    private static int Rows(StringBuilder body, int y, Band band, SteerResult result, int first)
    {
        var last = Math.Min(first + TokensInARow, result.ReadBack.Count);
        for (var token = first; token < last; token++)
            Text(body, 0, 0, result.ReadBack[token].Text, $"transform=\"translate({Left + Cell * (token - first) + 12} {y + Head - 4}) rotate(-60)\" fill=\"{(token < result.Prompt.Count ? "#5b6169" : "#1c1f23")}\"");
        y += Head;
        foreach (var (label, values) in band.Rows)
        {
            Text(body, Left - 8, y + 11, label, "text-anchor=\"end\" fill=\"#5b6169\"");
            for (var token = first; token < last; token++)
            {
                var depth = band.Full > 0 && !result.ReadBack[token].IsSpecial ? Math.Clamp(values[token] / band.Full, -1, 1) : 0;
                body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left + Cell * (token - first)}\" y=\"{y}\" width=\"{Cell - 2}\" height=\"{Line - 2}\" rx=\"2\" fill=\"{(depth < 0 ? "#2f74d0" : "#ef7d0d")}\" fill-opacity=\"{0.05 + 0.95 * Math.Abs(depth):0.###}\"/>");
            }
            body.Append('\n');
            y += Line;
        }
        return y;
    }

    private static void Text(StringBuilder body, int x, int y, string text, string more) => body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" {more}>{Escaped(text)}</text>\n");

    /// <summary>Escaped, and without what XML has no place for or what would turn a line around.</summary>
    private static string Escaped(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // a lone surrogate comes as U+FFFD
        {
            if (rune.Value == '\n') visible.Append('↵');
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator || rune.Value is 0xFFFE or 0xFFFF) visible.Append('·');
            else visible.Append(rune.ToString());
        }
        return SecurityElement.Escape(visible.ToString())!;
    }
}
