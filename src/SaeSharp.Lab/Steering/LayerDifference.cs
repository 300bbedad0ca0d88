using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Steering;

/// <summary>What two runs over the same tokens, without and with edits, differ in at one layer.</summary>
internal sealed class LayerDifference(LoadedSae sae, LayerRun before, LayerRun after, IReadOnlyList<TokenCell> cells, FeatureStatistics? statistics, Func<int, string?> label)
{
    public LayerChange Describe(int promptLength, int top, IReadOnlyList<int> steered)
    {
        var (ratios, cosines, changes) = (new List<double>(), new List<double>(), new double[cells.Count]);
        for (var row = 0; row < cells.Count; row++)
        {
            var (a, b, dot, difference) = Compare(row);
            changes[row] = a > 0 ? Math.Sqrt(difference / a) : 0;
            if (cells[row].IsSpecial || a == 0 || b == 0) continue;
            ratios.Add(Math.Sqrt(b / a));
            cosines.Add(dot / Math.Sqrt(a) / Math.Sqrt(b));
        }
        return new()
        {
            Sae = sae.Name, Hook = sae.Hook, Layer = sae.Layer, ChangeOfNorm = changes,
            NormRatio = ratios.Count > 0 ? ratios.Average() : null, Cosine = cosines.Count > 0 ? cosines.Average() : null,
            Prompt = Largest(0, promptLength, top), Continuation = Largest(promptLength, cells.Count, top), Steered = [.. steered.Distinct().Select(Trace)],
        };
    }

    private (double Before, double After, double Dot, double Difference) Compare(int row)
    {
        ReadOnlySpan<float> x = before.At(sae).Row<float>(row), y = after.At(sae).Row<float>(row);
        var (a, b, dot, difference) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            a += (double)x[i] * x[i];
            b += (double)y[i] * y[i];
            dot += (double)x[i] * y[i];
            difference += ((double)y[i] - x[i]) * ((double)y[i] - x[i]);
        }
        return (a, b, dot, difference);
    }

    /// <summary>For each feature that changed on [from, to), the token with its largest change; the largest of them first.</summary>
    private FeatureChange[] Largest(int from, int to, int top)
    {
        var largest = new Dictionary<int, FeatureChange>();
        for (var row = from; row < to; row++)
        {
            if (cells[row].IsSpecial) continue;
            foreach (var (feature, (old, now)) in Values(row))
            {
                var change = new FeatureChange(feature, row, old, now, now - old, statistics?.Max[feature] is { } max ? (now - old) / max : null);
                if (change.Difference != 0 && (!largest.TryGetValue(feature, out var known) || Math.Abs(change.Difference) > Math.Abs(known.Difference))) largest[feature] = change;
            }
        }
        return [.. largest.Values.OrderByDescending(change => Math.Abs(change.Difference)).ThenBy(change => change.Feature).Take(top).Select(change => change with { Label = label(change.Feature) })];
    }

    /// <summary>The features that fire in either run at one token, with their values in both.</summary>
    private Dictionary<int, (double Before, double After)> Values(int row)
    {
        var values = new Dictionary<int, (double, double)>();
        var (a, b) = (before.Codes(sae), after.Codes(sae));
        for (var i = a.RowStarts[row]; i < a.RowStarts[row + 1]; i++) values[a.Indices[i]] = (a.Values[i], 0);
        for (var i = b.RowStarts[row]; i < b.RowStarts[row + 1]; i++) values[b.Indices[i]] = (values.GetValueOrDefault(b.Indices[i]).Item1, b.Values[i]);
        return values;
    }

    private SteeredTrace Trace(int feature)
    {
        var (old, now) = (before.Values(sae, feature), after.Values(sae, feature));
        return new(feature, old, now, [.. old.Zip(now, (a, b) => b - a)]);
    }
}
