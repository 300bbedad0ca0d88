using SaeSharp.Numerics;
using SaeSharp.Saes.Training;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Batches cut from a fixed pool of activations, one after another and round again.</summary>
internal sealed class PoolSource(Tensor pool, int batchSize, int firstBatch = 0) : ActivationSource
{
    public override int DIn => pool.Columns;

    public override int BatchSize => batchSize;

    public override long TokensPerEpoch => pool.RowCount;

    public override void Fill(long batch, Tensor x, CancellationToken cancel)
    {
        for (var i = 0; i < batchSize; i++) pool.Row<float>((int)(((batch + firstBatch) * batchSize + i) % pool.RowCount)).CopyTo(x.Row<float>(i));
    }

    public override double MeanNorm(long? tokens, CancellationToken cancel) => Mean(tokens, Math.Sqrt);

    public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => Mean(tokens, squares => squares);

    private double Mean(long? tokens, Func<double, double> of) =>
        Enumerable.Range(0, (int)(tokens ?? pool.RowCount)).Average(row => of(pool.Row<float>(row).ToArray().Sum(value => (double)value * value)));

    /// <summary>Sums of few directions out of many: what SAEs are made for.</summary>
    public static Tensor SparseSums(int seed, int rows, int dIn, int directions, int active)
    {
        var dictionary = RandomTensors.Normal(seed, directions, dIn);
        var random = new SeededRandom(seed, 1);
        var pool = Tensor.Zeros(DType.F32, rows, dIn);
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < active; i++)
            {
                var direction = dictionary.Row<float>(random.NextInt(directions));
                var strength = 0.2f + (float)random.NextDouble();
                var x = pool.Row<float>(row);
                for (var j = 0; j < dIn; j++) x[j] += strength * direction[j];
            }
        return pool;
    }
}
