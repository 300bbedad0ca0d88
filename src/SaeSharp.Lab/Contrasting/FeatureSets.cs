using System.Runtime.CompilerServices;
using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Small sets of features, of all layers together, that tell the prompts apart: sparse logistic regression, grown greedily.</summary>
/// <remarks>Orthogonal matching pursuit for the logistic loss (Lozano, Swirszcz and Abe 2011): the feature that the residual of the fit so far agrees with most comes in, then all weights are fitted anew. Only the choosing half is looked at.</remarks>
internal sealed class FeatureSets(IReadOnlyList<PooledLayer> layers, IReadOnlyList<FeatureScore> scores, PromptSplit split, double c)
{
    private static readonly int[] Sizes = [1, 2, 3, 5, 8, 16];

    private readonly int[] _training = PromptSplit.Members(split.Choosing);

    public IReadOnlyList<ContrastSet> Find(CancellationToken cancel)
    {
        var spread = scores.Select(Spread).ToArray();
        var (chosen, sets) = (new List<FeatureScore>(), new List<ContrastSet>());
        var residual = new double[split.Count];
        foreach (var prompt in _training) residual[prompt] = (prompt < split.A ? 1 : 0) - (double)_training.Count(other => other < split.A) / _training.Length;
        while (chosen.Count < Sizes[^1])
        {
            cancel.ThrowIfCancellationRequested();
            if (Best(residual, spread, chosen) is not { } best) break;
            chosen.Add(best);
            var rows = Rows(chosen);
            var fit = LogisticRegression.Fit(rows.Of(_training), [.. _training.Select(prompt => prompt < split.A)], c);
            var fitted = fit.Scores(rows);
            foreach (var prompt in _training) residual[prompt] = (prompt < split.A ? 1 : 0) - 1 / (1 + Math.Exp(-fitted[prompt]));
            if (Sizes.Contains(chosen.Count)) sets.Add(Describe(chosen, fit.Weights, fitted));
        }
        return sets;
    }

    private ContrastSet Describe(List<FeatureScore> chosen, double[] weights, double[] fitted) => new(
        chosen.Count, [.. chosen.Select((score, i) => new ContrastSetFeature(layers[score.Layer].Sae.Name, score.Feature, weights[i]))],
        HeldOut.Accuracy(fitted, split, split.Choosing).Value, HeldOut.Accuracy(fitted, split), HeldOut.Auroc(fitted, split).Value);

    private FeatureScore? Best(double[] residual, double[] spread, List<FeatureScore> chosen)
    {
        var (best, most) = ((FeatureScore?)null, 1e-9);
        for (var i = 0; i < scores.Count; i++)
        {
            var agreement = spread[i] > 0 ? Math.Abs(Dot(scores[i], residual)) / spread[i] : 0;
            if (agreement > most && !chosen.Contains(scores[i])) (best, most) = (scores[i], agreement);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Dot(FeatureScore score, double[] residual)
    {
        ReadOnlySpan<int> at = layers[score.Layer].Features.PromptsOf(score.Feature);
        ReadOnlySpan<float> values = layers[score.Layer].Features.ValuesOf(score.Feature);
        var sum = 0.0;
        for (var i = 0; i < at.Length; i++) sum += values[i] * residual[at[i]];
        return sum;
    }

    /// <summary>Length of the feature's column on the choosing half, its mean taken off.</summary>
    private double Spread(FeatureScore score)
    {
        ReadOnlySpan<int> at = layers[score.Layer].Features.PromptsOf(score.Feature);
        ReadOnlySpan<float> values = layers[score.Layer].Features.ValuesOf(score.Feature);
        var (sum, squares) = (0.0, 0.0);
        for (var i = 0; i < at.Length; i++)
        {
            if (split.Choosing[at[i]] == 0) continue;
            sum += values[i];
            squares += (double)values[i] * values[i];
        }
        var variance = squares - sum * sum / _training.Length;
        return variance > 1e-9 * squares ? Math.Sqrt(variance) : 0;
    }

    /// <summary>[prompts, chosen], each feature as a share of its largest value.</summary>
    private ProbeRows Rows(List<FeatureScore> chosen)
    {
        var dense = new double[split.Count, chosen.Count];
        for (var column = 0; column < chosen.Count; column++)
        {
            var (score, layer) = (chosen[column], layers[chosen[column].Layer]);
            ReadOnlySpan<int> at = layer.Features.PromptsOf(score.Feature);
            ReadOnlySpan<float> values = layer.Features.ValuesOf(score.Feature);
            for (var i = 0; i < at.Length; i++) dense[at[i], column] = values[i] / score.Max;
        }
        var rows = new ProbeRows(chosen.Count);
        for (var prompt = 0; prompt < split.Count; prompt++) rows.Add(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref dense[prompt, 0], chosen.Count));
        return rows;
    }
}
