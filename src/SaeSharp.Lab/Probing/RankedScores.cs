using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Probing;

/// <summary>Scores of texts with and without a label: AUROC, F1, accuracy and how sure they are.</summary>
/// <remarks>Sorted once; a resample of the texts is then counts at places in that order, and costs one pass.</remarks>
internal sealed class RankedScores
{
    private const int Rounds = 1000;
    private const double Z95 = 1.959963984540054;
    private readonly double[] _scores;
    private readonly bool[] _positive;
    private readonly int _positives;

    /// <param name="scores">One a text; above 0 means yes.</param>
    /// <param name="positive">Whether the text has the label.</param>
    /// <exception cref="ArgumentException">The two differ in length, or a score is NaN.</exception>
    public RankedScores(double[] scores, bool[] positive)
    {
        if (scores.Length != positive.Length) throw new ArgumentException($"{scores.Length} scores were given for {positive.Length} labels.", nameof(scores));
        if (scores.Any(double.IsNaN)) throw new ArgumentException("A score is NaN, expected numbers that can be ranked.", nameof(scores));
        (_scores, _positive) = ([.. scores], [.. positive]);
        Array.Sort(_scores, _positive);
        _positives = positive.Count(label => label);
    }

    private int Negatives => _scores.Length - _positives;

    /// <summary>Share of texts told right.</summary>
    public double Accuracy => (double)Right / _scores.Length;

    /// <summary>2·precision·recall ÷ (precision + recall); 0 without a true positive.</summary>
    public double F1 => F1Of(Ones());

    /// <summary>P(a positive scores above a negative) + P(they tie)/2; null with one class only.</summary>
    public double? Auroc => _positives > 0 && Negatives > 0 ? AurocOf(Ones()) : null;

    private int Right => _scores.Index().Count(entry => entry.Item > 0 == _positive[entry.Index]);

    /// <summary>Accuracy with Wilson's interval, which is right at 0 and 1 too.</summary>
    public Estimate AccuracyEstimate
    {
        get
        {
            double n = _scores.Length, p = Accuracy, z2 = Z95 * Z95;
            var centre = (p + z2 / (2 * n)) / (1 + z2 / n);
            var half = Z95 * Math.Sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
            return new(p, Math.Max(0, centre - half), Math.Min(1, centre + half));
        }
    }

    /// <summary>F1 and AUROC with the middle 95 % of resamples that keep the number of positives and negatives.</summary>
    public (Estimate F1, Estimate Auroc) Bootstrap(int seed)
    {
        int[] ups = [.. Places(true)], downs = [.. Places(false)];
        var (random, counts) = (new SplitMix((ulong)(uint)seed), new int[_scores.Length]);
        var (f1, auroc) = (new double[Rounds], new double[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(counts);
            foreach (var places in (ReadOnlySpan<int[]>)[ups, downs])
                for (var i = 0; i < places.Length; i++) counts[places[random.Below(places.Length)]]++;
            (f1[round], auroc[round]) = (F1Of(counts), AurocOf(counts));
        }
        return (Middle(F1, f1), Middle(Auroc!.Value, auroc));
    }

    private IEnumerable<int> Places(bool positive) => Enumerable.Range(0, _scores.Length).Where(place => _positive[place] == positive);

    private int[] Ones() => [.. Enumerable.Repeat(1, _scores.Length)];

    private double F1Of(int[] counts)
    {
        long hits = 0, wrong = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (_scores[i] > 0 && _positive[i]) hits += counts[i];
            else if (_scores[i] > 0 != _positive[i]) wrong += counts[i];
        }
        return hits == 0 ? 0 : 2.0 * hits / (2 * hits + wrong);
    }

    private double AurocOf(int[] counts)
    {
        var (below, above) = (0L, 0.0);
        for (int start = 0, end; start < counts.Length; start = end)
        {
            var (up, down) = (0L, 0L);
            for (end = start; end < counts.Length && _scores[end] == _scores[start]; end++)
            {
                if (_positive[end]) up += counts[end];
                else down += counts[end];
            }
            above += up * (below + down / 2.0);
            below += down;
        }
        return above / ((double)_positives * Negatives);
    }

    private static Estimate Middle(double value, double[] resampled)
    {
        Array.Sort(resampled);
        return new(value, Quantile(resampled, 0.025), Quantile(resampled, 0.975));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var low = Math.Min((int)place, sorted.Length - 2);
        return sorted[low] + (place - low) * (sorted[low + 1] - sorted[low]);
    }
}
