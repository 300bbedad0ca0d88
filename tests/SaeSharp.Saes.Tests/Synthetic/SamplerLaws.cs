using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Synthetic;

namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>The sampler that skips what cannot fire is, in distribution, the one that draws everything.</summary>
public class SamplerLaws
{
    private const int Samples = 20_000;
    private static readonly SyntheticSpec Spec = new() { Features = 60, DIn = 16, Roots = 3, Branching = 3, Depth = 2, CorrelationRank = 4, CorrelationScale = 0.3, MinProbability = 0.01, OrthogonalSteps = 3, Deviations = new MagnitudeRule.FoldedNormal(2, 2) };

    [Fact]
    public void Skipping_changes_no_statistic()
    {
        var (backend, naive, fast) = (CpuBackend.Create(), new FiringStatistics(60, 60), new FiringStatistics(60, 60));
        var world = SyntheticWorld.Create(Spec, backend);
        var sampler = new NaiveSampler(world);
        naive.Add(SparseCodes.FromDense(Tensor.Of([.. Enumerable.Range(0, Samples).SelectMany(i => sampler.Draw(new(7, i)))], Samples, 60)));
        fast.Add(new SyntheticSource(world, Samples, backend).FillWithFeatures(0, Tensor.Zeros(DType.F32, Samples, 16), TestContext.Current.CancellationToken));
        for (var i = 0; i < 60; i++)
        {
            double p = (naive.Frequency(i) + fast.Frequency(i)) / 2, error = Math.Sqrt(2 * p * (1 - p) / Samples);
            Assert.InRange((fast.Frequency(i) - naive.Frequency(i)) / error, -4.5, 4.5);
            if (naive.Of(i) > 100) Assert.InRange((fast.MeanWhenActive(i) - naive.MeanWhenActive(i)) / (naive.DeviationWhenActive(i) * Math.Sqrt(1.0 / naive.Of(i) + 1.0 / fast.Of(i))), -4.5, 4.5);
            for (var j = 0; j < i; j++)
                if (naive.Of(i) > 500 && naive.Of(j) > 500) Assert.InRange((fast.Correlation(i, j) - naive.Correlation(i, j)) / Math.Sqrt(2.0 / Samples), -6, 6);
        }
        Assert.InRange((fast.Samples.Average() - naive.Samples.Average()) / Math.Sqrt(2 * fast.Samples.Average(n => Math.Pow(n - 5.0, 2)) / Samples), -4.5, 4.5);
    }

    [Fact]
    public void The_bound_of_the_hazard_holds_for_every_score()
    {
        var world = SyntheticWorld.Create(Spec with { DIn = 16, CorrelationScale = 0.45 }, CpuBackend.Create(1));
        var backend = CpuBackend.Create(1);
        var bound = new HazardBound(world, backend);
        var (factors, exponents) = (Tensor.Zeros(DType.F32, 1, bound.Rank + 1), Tensor.Zeros(DType.F32, 1, bound.Drawn.Length));
        for (var draw = 0; draw < 2000; draw++)
        {
            var random = new SampleRandom(11, draw);
            foreach (ref var factor in factors.Span<float>()[..^1]) factor = (float)(3 * random.Normal()); // far out as well
            factors.Span<float>()[^1] = 1;
            backend.MatMul(factors, bound.Exponents, exponents);
            for (var i = 0; i < bound.Drawn.Length; i++)
                Assert.True(Gaussian.Hazard(bound.Score(bound.Drawn[i], factors.Span<float>())) <= Math.Pow(2, exponents.Span<float>()[i]));
        }
    }

    [Fact]
    public void A_sample_depends_on_its_number_alone()
    {
        var (one, two) = (CpuBackend.Create(1), CpuBackend.Create(2));
        var world = SyntheticWorld.Create(Spec, one);
        Tensor large = Tensor.Zeros(DType.F32, 300, 16), small = Tensor.Zeros(DType.F32, 60, 16);
        new SyntheticSource(world, 300, one).Fill(2, large, default);
        var source = new SyntheticSource(world, 60, two);
        for (var batch = 14; batch >= 10; batch--)
        {
            source.Fill(batch, small, default);
            Assert.Equal(large.Rows((batch - 10) * 60, 60).Span<float>().ToArray(), small.Span<float>().ToArray());
        }
        new SyntheticSource(world, 60, one, stream: 1).Fill(10, small, default);
        Assert.NotEqual(large.Rows(0, 60).Span<float>().ToArray(), small.Span<float>().ToArray());
    }

    [Fact]
    public void What_is_always_on_is_always_on()
    {
        var world = SyntheticWorld.Create(Spec with { MaxProbability = 1, MinProbability = 1, CompensateProbabilities = false, Deviations = new MagnitudeRule.Constant(0), ExclusiveSiblings = false }, CpuBackend.Create(1));
        var codes = new SyntheticSource(world, 5, CpuBackend.Create(1)).FillWithFeatures(0, Tensor.Zeros(DType.F32, 5, 16), default);
        Assert.Equal(5 * 60, codes.Indices.Length);
    }

    [Fact]
    public void A_world_can_be_written_and_read()
    {
        using var folder = new TemporaryFolder();
        var (path, backend) = (Path.Combine(folder.Path, "world"), CpuBackend.Create(1));
        var world = SyntheticWorld.Create(Spec, backend);
        SyntheticWorldFolder.Save(world, Spec, path);
        var read = SyntheticWorldFolder.Load(path);
        Tensor before = Tensor.Zeros(DType.F32, 50, 16), after = Tensor.Zeros(DType.F32, 50, 16);
        new SyntheticSource(world, 50, backend).Fill(1, before, default);
        new SyntheticSource(read, 50, backend).Fill(1, after, default);
        Assert.Equal(before.Span<float>().ToArray(), after.Span<float>().ToArray());
    }
}
