namespace SaeSharp.Models.Generation;

/// <summary>Chooses a token from logits: temperature, then top-k, then top-p, as Hugging Face orders them.</summary>
public static class Sampler
{
    /// <summary>The token with the largest logit; of equals the smaller id.</summary>
    public static int Likeliest(ReadOnlySpan<double> logits)
    {
        var best = 0;
        for (var id = 1; id < logits.Length; id++)
            if (logits[id] > logits[best]) best = id;
        return best;
    }

    /// <summary>The probability of each token; exactly 0 for those left out. At temperature 0 all of it is on <see cref="Likeliest"/>.</summary>
    /// <remarks>
    /// Temperature divides the logits. Top-k keeps the k largest, of equals the smaller ids. Top-p keeps the fewest of the likeliest
    /// whose probabilities, among what top-k left, reach p: the one that crosses it included, and always the first.
    /// </remarks>
    public static double[] Probabilities(ReadOnlySpan<double> logits, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var probabilities = new double[logits.Length];
        if (options.Temperature == 0)
        {
            probabilities[Likeliest(logits)] = 1;
            return probabilities;
        }

        var best = Ranked(logits);
        var kept = options.TopK == 0 ? best.Length : Math.Min(options.TopK, best.Length);
        var sum = 0.0;
        foreach (var id in best.AsSpan(0, kept)) sum += probabilities[id] = Math.Exp((logits[id] - logits[best[0]]) / options.Temperature);

        if (options.TopP < 1)
        {
            var reached = 0.0;
            var count = 0;
            while (count == 0 || (count < kept && reached < options.TopP * sum)) reached += probabilities[best[count++]];
            foreach (var id in best.AsSpan(count, kept - count)) probabilities[id] = 0;
            sum = reached;
        }
        foreach (ref var probability in probabilities.AsSpan()) probability /= sum;
        return probabilities;
    }

    /// <summary>The token at which the running sum of <paramref name="probabilities"/> passes <paramref name="point"/> in [0, 1).</summary>
    internal static int Draw(ReadOnlySpan<double> probabilities, double point)
    {
        var last = 0;
        for (var id = 0; id < probabilities.Length; id++)
        {
            if (probabilities[id] == 0) continue;
            last = id;
            point -= probabilities[id];
            if (point < 0) break;
        }
        return last;
    }

    /// <summary>Token ids, best first; of equals the smaller id first.</summary>
    private static int[] Ranked(ReadOnlySpan<double> logits)
    {
        var keys = new (double Lower, int Id)[logits.Length];
        for (var id = 0; id < keys.Length; id++) keys[id] = (-logits[id], id);
        Array.Sort(keys);
        return Array.ConvertAll(keys, key => key.Id);
    }
}
