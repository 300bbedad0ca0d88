using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Probing;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>How many latents it takes: logistic probes on the k latents that differ most between rows with and without a concept, k doubling until one comes near the probe on all activations.</summary>
internal static class SparseProbes
{
    private const double Near = 0.01;
    private const int MostLatents = 64, MostPositives = 2000, MostNegatives = 6000;

    /// <summary>The smallest such k; null where 64 do not suffice.</summary>
    /// <param name="choosing">Codes to fit on.</param>
    /// <param name="choosingLabels">Their labels.</param>
    /// <param name="measuring">Codes to measure on.</param>
    /// <param name="measuringLabels">Their labels.</param>
    /// <param name="concept">The concept.</param>
    /// <param name="probe">AUROC of the probe.</param>
    public static int? Needed(SparseCodes choosing, ConceptLabels choosingLabels, SparseCodes measuring, ConceptLabels measuringLabels, int concept, double probe)
    {
        if (!choosingLabels.IsDecided(concept) || !measuringLabels.IsDecided(concept)) return null;
        var (x, positive) = Sample(choosing, choosingLabels, concept);
        var (test, testPositive) = Sample(measuring, measuringLabels, concept);
        var differences = x.MeanDifferences(positive);
        int[] order = [.. Enumerable.Range(0, differences.Length).OrderByDescending(latent => Math.Abs(differences[latent])).Take(MostLatents)];
        for (var k = 1; k <= order.Length; k *= 2)
        {
            var fit = SmallProbe.Fit(x.Choose(order.AsSpan(0, k)), positive);
            if (new RankedScores(SmallProbe.Scores(test.Choose(order.AsSpan(0, k)), fit), testPositive).Auroc >= probe - Near) return k;
        }
        return null;
    }

    /// <summary>Some rows with the concept and some without, spread over all.</summary>
    private static (ProbeRows X, bool[] Positive) Sample(SparseCodes codes, ConceptLabels labels, int concept)
    {
        var (x, positive, dense) = (new ProbeRows(codes.DSae), new List<bool>(), new double[codes.DSae]);
        var random = new SplitMix((ulong)concept);
        double up = Share(MostPositives, labels.Positives[concept]), down = Share(MostNegatives, labels.Negatives(concept));
        for (var row = 0; row < codes.Rows; row++)
        {
            if (labels.Unknown[row].Contains(concept)) continue;
            var isPositive = labels.Truth[row].Contains(concept);
            if (random.Next() > (isPositive ? up : down) * ulong.MaxValue) continue;
            var indices = codes.RowIndices(row);
            var values = codes.RowValues(row);
            for (var i = 0; i < indices.Length; i++) dense[indices[i]] = values[i];
            x.Add(dense);
            positive.Add(isPositive);
            foreach (var latent in indices) dense[latent] = 0;
        }
        return (x, [.. positive]);
    }

    private static double Share(int most, int all) => Math.Min(1, most / (double)all);
}
