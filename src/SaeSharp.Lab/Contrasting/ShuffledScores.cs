using System.Numerics;
using System.Runtime.CompilerServices;

namespace SaeSharp.Lab.Contrasting;

/// <summary>What random relabellings give: how often features that fire about as often reach a deviation, and the largest deviation of all in each round.</summary>
internal sealed class ShuffledScores(int rounds)
{
    private const int BinsPerDeviation = 256, Bins = 64 * BinsPerDeviation, Octaves = 32;
    private const double Rounding = 1 - 1e-6; // deviations of relabellings are f32
    private const double Caution = 2; // features depend on each other; see Judge
    private const int Strata = 16; // at most: so that a lone feature far out can still reach q = 0.05 with 1,000 rounds

    private readonly long[]?[] _counts = new long[Octaves][];
    private readonly float[] _largest = new float[rounds];
    private readonly int[] _bins = new int[Vector<int>.Count];

    /// <summary>Takes the rank sums of one feature in the rounds from <paramref name="first"/> on; how many lie as far out as the true labels' or farther.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Add(int first, ReadOnlySpan<int> sums, Deviations deviations, int firings)
    {
        var counts = _counts[Octave(firings)] ??= new long[Bins];
        var (centre, factor) = ((int)Math.Round(deviations.Mean), (float)deviations.Factor);
        // Sums are whole, and so are the bounds beyond which they lie as far out.
        var (under, over) = ((int)Math.Floor(deviations.Mean - deviations.Distance + Deviations.Rounding), (int)Math.Ceiling(deviations.Mean + deviations.Distance - Deviations.Rounding));
        var rest = new Vector<float>((float)(centre - deviations.Mean));
        Vector<int> centres = new(centre), low = new(under), high = new(over), last = new(Bins - 1), hits = default;
        var width = Vector<int>.Count;
        var length = Math.Min(sums.Length, rounds - first);
        var here = _bins.AsSpan();
        var at = 0;
        for (; at + width <= length; at += width)
        {
            var sum = new Vector<int>(sums[at..]);
            hits -= Vector.LessThanOrEqual(sum, low) | Vector.GreaterThanOrEqual(sum, high);
            var deviation = Vector.Abs(Vector.ConvertToSingle(sum - centres) + rest) * factor;
            var largest = _largest.AsSpan(first + at, width);
            Vector.MaxNative(deviation, new Vector<float>(largest)).CopyTo(largest);
            Vector.Min(Vector.ConvertToInt32(deviation * BinsPerDeviation), last).CopyTo(here);
            foreach (var bin in here[..width]) counts[bin]++;
        }
        var found = Vector.Sum(hits);
        for (; at < length; at++)
        {
            if (sums[at] <= under || sums[at] >= over) found++;
            var deviation = Math.Abs(sums[at] - centre + rest[0]) * factor;
            _largest[first + at] = Math.Max(_largest[first + at], deviation);
            counts[Bin(deviation)]++;
        }
        return found;
    }

    /// <summary>Adds what another thread saw.</summary>
    public void Join(ShuffledScores other)
    {
        for (var octave = 0; octave < Octaves; octave++)
        {
            if (other._counts[octave] is not { } theirs) continue;
            if (_counts[octave] is { } ours) System.Numerics.Tensors.TensorPrimitives.Add<long>(ours, theirs, ours);
            else _counts[octave] = (long[])theirs.Clone();
        }
        System.Numerics.Tensors.TensorPrimitives.Max<float>(_largest, other._largest, _largest);
    }

    /// <summary>Gives every score its P, Q and PMax.</summary>
    /// <remarks>
    /// Benjamini and Hochberg's rates hold for features that do not depend on each other or do so kindly; those of an SAE fire in clusters and of both signs. Measured,
    /// random halves of one set then gave some q below 0.05 in up to 4 of 100 trials: close to the 5 that are allowed. So rates are doubled.
    /// </remarks>
    public void Judge(IReadOnlyList<FeatureScore> scores)
    {
        var tails = Tails(scores);
        var largest = (float[])_largest.Clone();
        Array.Sort(largest);
        var pooled = new double[scores.Count];
        for (var i = 0; i < pooled.Length; i++)
        {
            var score = scores[i];
            pooled[i] = tails[Octave(score.Firings)](score.Deviation);
            score.P = (1.0 + score.Hits) / (1 + rounds);
            score.PMax = (1.0 + rounds - FirstAtLeast(largest, score.Deviation)) / (1 + rounds);
        }
        var q = FalseDiscovery.Rates(pooled);
        for (var i = 0; i < q.Length; i++) scores[i].Q = Math.Min(1, Caution * q[i]);
    }

    /// <summary>For each octave of firings, the chance of a deviation or a larger: from the octave itself and as many above it as hold a sixteenth of all features.</summary>
    private Func<double, double>[] Tails(IReadOnlyList<FeatureScore> scores)
    {
        var features = new int[Octaves];
        foreach (var score in scores) features[Octave(score.Firings)]++;
        var tails = new Func<double, double>[Octaves];
        for (int from = 0, to; from < Octaves; from = to)
        {
            var held = features[to = from];
            while (++to < Octaves && (held * Strata < scores.Count || features[to..].Sum() * Strata < scores.Count)) held += features[to];
            var (above, total) = (new long[Bins + 1], held * (double)rounds);
            for (var bin = Bins - 1; bin >= 0; bin--)
            {
                above[bin] = above[bin + 1];
                for (var octave = from; octave < to; octave++) above[bin] += _counts[octave]?[bin] ?? 0;
            }
            for (var octave = from; octave < to; octave++) tails[octave] = deviation => (1 + above[Bin(deviation * Rounding)]) / (1 + total);
        }
        return tails;
    }

    private static int Octave(int firings) => BitOperations.Log2((uint)firings);

    private static int Bin(double deviation) => Math.Min((int)(deviation * BinsPerDeviation), Bins - 1);

    /// <summary>Where the values at least as large begin; rounding to f32 counts as equal.</summary>
    private static int FirstAtLeast(float[] sorted, double deviation)
    {
        var (low, high, least) = (0, sorted.Length, deviation * Rounding);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] >= least) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
