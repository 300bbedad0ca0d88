using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Threads;
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
    private int _overflows;

    public FiringSampler(SyntheticWorld world, Backend backend)
    {
        (_world, _backend, _bound) = (world, backend, new(world, backend));
        _factors = Tensor.Zeros(DType.F32, BlockRows, _bound.Rank + 1);
        _rates = Tensor.Zeros(DType.F32, BlockRows, _bound.Exponents.N);
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
        _overflows = 0;
        for (var start = 0; start < all && _overflows == 0; start += BlockRows)
        {
            var rows = Math.Min(BlockRows, all - start);
            var job = new RowsJob(this, stream, first + start, active, start, rows);
            _backend.Run(job.Parts, ref job);
            _backend.MatMul(_factors.Rows(0, rows), _bound.Exponents, _rates.Rows(0, rows));
            job.HasRates = true;
            _backend.Run(job.Parts, ref job);
        }
        return _overflows == 0;
    }

    /// <summary>Draws the common factors of a few rows of a block; once all are known and with them the rates, the features of those rows.</summary>
    private struct RowsJob(FiringSampler sampler, int stream, long first, ActiveFeatures active, int start, int rows) : IJob
    {
        private const int RowsEach = 4;

        public bool HasRates;

        public readonly int Parts => (rows + RowsEach - 1) / RowsEach;

        public readonly void Run(int part)
        {
            for (var row = part * RowsEach; row < Math.Min(rows, (part + 1) * RowsEach); row++)
            {
                var factors = sampler._factors.Row<float>(row);
                if (!HasRates)
                {
                    DrawFactors(new(sampler._world.Seed, stream, first + row, 0), factors);
                    continue;
                }
                var sample = new SampleRow(sampler._world, sampler._bound, new(sampler._world.Seed, stream, first + row, 1), factors, active.Indices.Row<int>(start + row), active.Values.Row<float>(start + row));
                if (!sampler.Draw(ref sample, sampler._rates.Row<float>(row))) Interlocked.Increment(ref sampler._overflows);
            }
        }
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
