using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Saes.Synthetic;

/// <summary>Draws which features fire, and how strongly, touching only those that may: exact in distribution.</summary>
/// <remarks>
/// Features without a parent: points of a Poisson process with the bound of each hazard as its rate, each kept with probability hazard / bound (thinning; Lewis, Shedler
/// 1979); a feature with a kept point is on, which happens with probability 1 − e^(−hazard) = P(on | ε). Features with a parent are drawn only where the parent
/// fired: about 90 of 10,752. The naive twin, which draws a Gaussian for every feature, is in the tests.
/// Sample number t depends on (seed, stream, t) alone. Not for several threads at a time; it uses several itself.
/// </remarks>
internal sealed class FiringSampler
{
    private const int BlockRows = 128, BlockFeatures = 64;
    private readonly SyntheticWorld _world;
    private readonly Backend _backend;
    private readonly HazardBound _bound;
    private readonly Tensor _factors, _rates;
    private readonly ParallelOptions _parallel;

    public FiringSampler(SyntheticWorld world, Backend backend)
    {
        (_world, _backend, _bound) = (world, backend, new(world, backend));
        _factors = Tensor.Zeros(DType.F32, BlockRows, _bound.Rank + 1);
        _rates = Tensor.Zeros(DType.F32, BlockRows, _bound.Exponents.N);
        _parallel = new() { MaxDegreeOfParallelism = backend.Threads };
    }

    /// <summary>Fills all rows of <paramref name="active"/> with samples <paramref name="first"/>, first + 1 … of a stream.</summary>
    /// <param name="stream">0 for training; other streams share no sample with it.</param>
    /// <param name="first">Number of the first sample.</param>
    /// <param name="active">Where to.</param>
    public void Sample(int stream, long first, ActiveFeatures active)
    {
        while (!TrySample(stream, first, active)) active.Grow();
    }

    private bool TrySample(int stream, long first, ActiveFeatures active)
    {
        var all = active.Indices.RowCount;
        var fits = true;
        for (var start = 0; start < all && fits; start += BlockRows)
        {
            var (block, rows) = (start, Math.Min(BlockRows, all - start));
            for (var row = 0; row < rows; row++) DrawFactors(new(_world.Seed, stream, first + block + row, 0), _factors.Row<float>(row));
            _backend.MatMul(_factors.Rows(0, rows), _bound.Exponents, _rates.Rows(0, rows));
            Parallel.For(0, rows, _parallel, row =>
            {
                var sample = new SampleRow(_world, _bound, new(_world.Seed, stream, first + block + row, 1), _factors.Row<float>(row), active.Indices.Row<int>(block + row), active.Values.Row<float>(block + row));
                if (!Draw(ref sample, _rates.Row<float>(row))) Volatile.Write(ref fits, false);
            });
        }
        return fits;
    }

    private static void DrawFactors(SampleRandom random, Span<float> factors)
    {
        foreach (ref var factor in factors[..^1]) factor = (float)random.Normal();
        factors[^1] = 1;
    }

    private bool Draw(ref SampleRow sample, Span<float> rates)
    {
        foreach (var feature in _bound.Always) sample.TurnOn(feature);
        TensorPrimitives.Exp2(rates, rates);
        var (passed, point) = (0.0, sample.Random.Exponential());
        for (var start = 0; start < _bound.Drawn.Length; start += BlockFeatures)
        {
            var block = rates[start..Math.Min(start + BlockFeatures, _bound.Drawn.Length)];
            var end = passed + TensorPrimitives.Sum<float>(block);
            if (end > point) point = Walk(ref sample, start, block, passed, point);
            passed = end;
        }
        return sample.Finish();
    }

    /// <summary>Goes through the points that lie in one block of features and returns the first one beyond it.</summary>
    private double Walk(ref SampleRow sample, int start, ReadOnlySpan<float> rates, double passed, double point)
    {
        for (var i = 0; i < rates.Length; i++)
        {
            passed += rates[i];
            for (var isOn = false; point < passed; point += sample.Random.Exponential())
            {
                if (isOn) continue;
                var feature = _bound.Drawn[start + i];
                isOn = sample.Random.Uniform() * rates[i] < Gaussian.Hazard(_bound.Score(feature, sample.Factors));
                if (isOn) sample.TurnOn(feature);
            }
        }
        return point;
    }
}
