using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Where a training starts.</summary>
internal static class StartingWeights
{
    private const double MedianTolerance = 1e-6; // relative change of the point at which the search ends
    private const double DictionaryLearningTolerance = 1e-5; // theirs, not relative

    /// <summary>Decoder rows of random direction, the encoder their transpose (random as well where they write something else), biases 0.</summary>
    /// <remarks>sparsify starts transcoders with a decoder of zeros.</remarks>
    public static void Draw(StepSetting setting, SaeParameters weights)
    {
        var random = new SeededRandom(setting.Options.Seed);
        var (read, written) = (new double[setting.DIn], setting.Config.IsTranscoder ? new double[setting.DOut] : null);
        for (var f = 0; f < setting.DSae; f++)
        {
            foreach (ref var value in read.AsSpan()) value = 2 * random.NextDouble() - 1;
            foreach (ref var value in written.AsSpan()) value = setting.Options.Convention == Convention.Sparsify ? 0 : 2 * random.NextDouble() - 1;
            Point(setting, weights, f, read, written);
        }
    }

    /// <summary>What depends on the first batch [batch, rowWidth] (normalised): b_dec, where asked directions that point to activations of it, and the encoder's bias of a transcoder, which has no b_dec to centre its input.</summary>
    public static void Fit(StepSetting setting, SaeParameters weights, Tensor batch)
    {
        var options = setting.Options;
        var (x, y) = setting.Config.IsTranscoder ? (Columns(batch, 0, setting.DIn), Columns(batch, setting.DIn, setting.DOut)) : (batch, batch);
        var bias = Centre(options, y);
        var centre = x == y ? bias : Centre(options, x);
        for (var i = 0; bias is not null && i < bias.Length; i++) weights.DecoderBias.Value.Write(i, bias[i]);
        if (options.Decoder.Directions == DirectionInit.Data)
        {
            var (random, order) = (new SeededRandom(options.Seed, 1), new int[x.RowCount]);
            for (var f = 0; f < setting.DSae; f++)
            {
                if (f % order.Length == 0) random.Permute(order);
                var (first, second, share) = (order[f % order.Length], 0, 0.0);
                // More latents than rows: another row is added, more or less of it, since latents that start alike may stay alike.
                if (f >= order.Length && order.Length > 1) (second, share) = (order[(f + 1 + random.NextInt(order.Length - 1)) % order.Length], 0.5 + random.NextDouble() / 2);
                Point(setting, weights, f, Sum(x, first, second, share, centre), x == y ? null : Sum(y, first, second, share, bias));
            }
        }
        if (x == y || centre is null || !weights.HasEncoder) return;
        for (var f = 0; f < setting.DSae; f++)                                // −centre · W_enc[f]
        {
            var product = 0.0;
            for (var i = 0; i < centre.Length; i++) product -= centre[i] * weights.Encoder.Value.Read((long)f * centre.Length + i);
            weights.EncoderBias.Value.Write(f, product);
        }
    }

    /// <summary>Points a latent's encoder to <paramref name="read"/>, and its decoder to <paramref name="written"/>, or there too where that is null.</summary>
    private static void Point(StepSetting setting, SaeParameters weights, int latent, double[] read, double[]? written)
    {
        var norm = setting.Options.Decoder.Constraint == DecoderConstraint.UnitNorm ? 1 : setting.Options.Decoder.InitNorm;
        setting.Layers?.Restrict(latent, read, written);
        Write(weights.Decoder.Value, latent, written ?? read, norm);
        if (weights.HasEncoder) Write(weights.Encoder.Value, latent, read, norm);
    }

    private static void Write(Tensor rows, int row, double[] direction, double norm)
    {
        var length = Math.Sqrt(direction.Sum(value => value * value));
        for (var i = 0; i < direction.Length && length > 0; i++) rows.Write((long)row * direction.Length + i, direction[i] * norm / length);
    }

    /// <summary>A row less the centre, and a share of another.</summary>
    private static double[] Sum(Tensor x, int first, int second, double share, double[]? centre)
    {
        var sum = new double[x.Columns];
        Add(sum, x, first, 1, centre);
        if (share > 0) Add(sum, x, second, share, centre);
        return sum;
    }

    private static void Add(double[] sum, Tensor x, int row, double weight, double[]? centre)
    {
        for (var i = 0; i < sum.Length; i++) sum[i] += weight * (x.Read((long)row * sum.Length + i) - (centre?[i] ?? 0));
    }

    private static Tensor Columns(Tensor x, int first, int width)
    {
        var part = Tensor.Zeros(x.DType, x.RowCount, width);
        for (var i = 0L; i < part.Count; i++) part.Write(i, x.Read(i / width * x.Columns + first + i % width));
        return part;
    }

    private static double[]? Centre(TrainingOptions options, Tensor x) => options.Decoder.Bias switch
    {
        BiasInit.Mean => Mean(x),
        BiasInit.GeometricMedian => Median(x, options.Convention),
        _ => null,
    };

    private static double[] Mean(Tensor x)
    {
        var mean = new double[x.Columns];
        for (var i = 0L; i < x.Count; i++) mean[i % x.Columns] += x.Read(i) / x.RowCount;
        return mean;
    }

    /// <summary>Of rows [batch, width], from their mean.</summary>
    private static double[] Median(Tensor x, Convention convention)
    {
        var row = new double[x.Columns];
        return GeometricMedian.From(Mean(x), take =>
        {
            for (var r = 0; r < x.RowCount; r++)
            {
                for (var i = 0; i < row.Length; i++) row[i] = x.Read((long)r * row.Length + i);
                take(row);
            }
        }, (moved, length) => convention == Convention.DictionaryLearning ? moved < DictionaryLearningTolerance : moved <= MedianTolerance * length);
    }
}
