using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Where a training starts.</summary>
internal static class StartingWeights
{
    private const int MostMedianRounds = 100;
    private const double MedianTolerance = 1e-6; // relative change of the point at which the search ends
    private const double DictionaryLearningTolerance = 1e-5; // theirs, not relative

    /// <summary>Decoder rows of random direction, the encoder their transpose, biases 0.</summary>
    public static void Draw(SaeParameters weights, TrainingOptions options)
    {
        var (decoder, norm) = (weights.Decoder.Value, options.Decoder.Constraint == DecoderConstraint.UnitNorm ? 1 : options.Decoder.InitNorm);
        var random = new SeededRandom(options.Seed);
        var row = new double[decoder.Columns];
        for (var f = 0; f < decoder.RowCount; f++)
        {
            foreach (ref var value in row.AsSpan()) value = 2 * random.NextDouble() - 1;
            Write(weights, f, row, norm);
        }
    }

    /// <summary>What depends on the first batch x [batch, width] (normalised): b_dec and, where asked, directions that point to activations of it.</summary>
    public static void Fit(SaeParameters weights, TrainingOptions options, Tensor x)
    {
        var bias = options.Decoder.Bias switch
        {
            BiasInit.Mean => Mean(x),
            BiasInit.GeometricMedian => GeometricMedian(x, options.Convention),
            _ => null,
        };
        for (var i = 0; bias is not null && i < bias.Length; i++) weights.DecoderBias.Value.Write(i, bias[i]);
        if (options.Decoder.Directions != DirectionInit.Data) return;

        var (norm, random, row) = (options.Decoder.Constraint == DecoderConstraint.UnitNorm ? 1 : options.Decoder.InitNorm, new SeededRandom(options.Seed, 1), new double[x.Columns]);
        var order = new int[x.RowCount];
        for (var f = 0; f < weights.Decoder.Value.RowCount; f++)
        {
            if (f % order.Length == 0) random.Permute(order);
            Array.Clear(row);
            Add(row, x, order[f % order.Length], 1, bias);
            // More latents than rows: another row is added, more or less of it, since latents that start alike may stay alike.
            if (f >= order.Length && order.Length > 1) Add(row, x, order[(f + 1 + random.NextInt(order.Length - 1)) % order.Length], 0.5 + random.NextDouble() / 2, bias);
            Write(weights, f, row, norm);
        }
    }

    private static void Add(double[] direction, Tensor x, int row, double weight, double[]? bias)
    {
        for (var i = 0; i < direction.Length; i++) direction[i] += weight * (x.Read((long)row * x.Columns + i) - (bias?[i] ?? 0));
    }

    private static void Write(SaeParameters weights, int latent, double[] direction, double norm)
    {
        var length = Math.Sqrt(direction.Sum(value => value * value));
        if (length == 0) return;
        for (var i = 0; i < direction.Length; i++)
        {
            var value = direction[i] * norm / length;
            weights.Decoder.Value.Write((long)latent * direction.Length + i, value);
            if (weights.HasEncoder) weights.Encoder.Value.Write((long)latent * direction.Length + i, value);
        }
    }

    private static double[] Mean(Tensor x)
    {
        var mean = new double[x.Columns];
        for (var i = 0L; i < x.Count; i++) mean[i % x.Columns] += x.Read(i) / x.RowCount;
        return mean;
    }

    /// <summary>argmin_m Σ‖x − m‖ by Weiszfeld's iteration from the mean.</summary>
    private static double[] GeometricMedian(Tensor x, Convention convention)
    {
        var point = Mean(x);
        for (var round = 0; round < MostMedianRounds; round++)
        {
            var (next, total) = (new double[point.Length], 0.0);
            for (var r = 0; r < x.RowCount; r++)
            {
                var squares = 0.0;
                for (var i = 0; i < point.Length; i++) squares += Math.Pow(x.Read((long)r * point.Length + i) - point[i], 2);
                var weight = 1 / Math.Max(Math.Sqrt(squares), 1e-12);
                total += weight;
                for (var i = 0; i < point.Length; i++) next[i] += weight * x.Read((long)r * point.Length + i);
            }
            for (var i = 0; i < next.Length; i++) next[i] /= total;
            var (moved, length) = (Math.Sqrt(next.Zip(point).Sum(pair => Math.Pow(pair.First - pair.Second, 2))), Math.Sqrt(next.Sum(value => value * value)));
            point = next;
            if (convention == Convention.DictionaryLearning ? moved < DictionaryLearningTolerance : moved <= MedianTolerance * length) break;
        }
        return point;
    }
}
