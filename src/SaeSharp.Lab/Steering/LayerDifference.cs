using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Steering;

/// <summary>What two runs over the same tokens, without and with edits, differ in at one layer.</summary>
internal sealed class LayerDifference(LoadedSae sae, LayerRun before, LayerRun after, IReadOnlyList<TokenCell> cells, FeatureStatistics? statistics, Func<int, string?> label)
{
    public LayerChange Describe(int promptLength, int top, IReadOnlyList<FollowedTrace> followed)
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
        var (appeared, vanished) = Turned();
        return new()
        {
            Sae = sae.Name, Hook = sae.Hook, Layer = sae.Layer, ChangeOfNorm = changes,
            NormRatio = ratios.Count > 0 ? ratios.Average() : null, Cosine = cosines.Count > 0 ? cosines.Average() : null,
            Prompt = Largest(0, promptLength, top), Continuation = Largest(promptLength, cells.Count, top), Appeared = appeared.Count, Vanished = vanished.Count,
            TopAppeared = [.. appeared.Take(top)], TopVanished = [.. vanished.Take(top)], Steered = [.. followed.Distinct().Select(Trace)],
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

    /// <summary>Features that fire in one run only, strongest first.</summary>
    private (List<FeatureChange> Appeared, List<FeatureChange> Vanished) Turned()
    {
        var largest = new Dictionary<int, (double Before, int BeforeAt, double After, int AfterAt)>();
        for (var row = 0; row < cells.Count; row++)
        {
            if (cells[row].IsSpecial) continue;
            foreach (var (feature, (old, now)) in Values(row))
            {
                var known = largest.GetValueOrDefault(feature);
                if (old > known.Before) known = known with { Before = old, BeforeAt = row };
                if (now > known.After) known = known with { After = now, AfterAt = row };
                largest[feature] = known;
            }
        }
        List<FeatureChange> Those(Func<(double Before, int BeforeAt, double After, int AfterAt), bool> which) =>
        [
            .. largest.Where(entry => which(entry.Value)).OrderByDescending(entry => entry.Value.Before + entry.Value.After).ThenBy(entry => entry.Key).Select(entry => new FeatureChange(
                entry.Key, entry.Value.After > 0 ? entry.Value.AfterAt : entry.Value.BeforeAt, entry.Value.Before, entry.Value.After, entry.Value.After - entry.Value.Before,
                statistics?.Max[entry.Key] is { } max ? (entry.Value.After - entry.Value.Before) / max : null, label(entry.Key))),
        ];
        return (Those(value => value is { Before: 0, After: > 0 }), Those(value => value is { Before: > 0, After: 0 }));
    }

    private SteeredTrace Trace(FollowedTrace followed)
    {
        var (old, now) = (before.Values(sae, followed.Feature), after.Values(sae, followed.Feature));
        return new(followed.Feature, old, now, [.. old.Zip(now, (a, b) => b - a)], label(followed.Feature), followed.TwinOf, followed.Cosine);
    }
}

/// <summary>A feature to follow over all tokens.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="TwinOf">The pushed feature that it is most like at its layer; null where it is followed for its own sake.</param>
/// <param name="Cosine">Cosine of the two decoder rows; null likewise.</param>
internal sealed record FollowedTrace(int Feature, string? TwinOf = null, double? Cosine = null);
