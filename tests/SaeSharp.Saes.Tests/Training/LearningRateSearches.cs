using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class LearningRateSearches
{
    private const int Batch = 64;
    private static readonly Tensor Pool = PoolSource.SparseSums(3, 16 * Batch, 12, directions: 24, active: 3);
    private static readonly TrainingOptions Options = new() { Steps = 120, Rate = new() { Peak = 1e-3, WarmupSteps = 5, DecaySteps = 60 }, Penalty = new() { WarmupSteps = 10, TargetL0 = 3 }, Selection = new() { InitialK = 10, KSteps = 50 }, Seed = 2 };

    [Fact]
    public void Rates_rise_by_one_factor_and_the_search_is_the_same_again()
    {
        var (range, curve) = (new LearningRateRange { Lowest = 1e-4, Highest = 1e-2, Steps = 40 }, Search("topk", new() { Lowest = 1e-4, Highest = 1e-2, Steps = 40 }));
        Assert.Equal((40, LearningRateEnd.Range), (curve.Points.Count, curve.End));
        Assert.Equal((1e-4, 1e-2), (curve.Points[0].Rate, curve.Points[^1].Rate), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-12 && Math.Abs(a.Item2 - b.Item2) < 1e-12);
        for (var i = 1; i < 40; i++) Assert.Equal(range.At(1) / range.At(0), curve.Points[i].Rate / curve.Points[i - 1].Rate, 1e-9);
        Assert.Equal(curve.Points, Search("topk", range).Points);
    }

    [Theory, InlineData("topk"), InlineData("batchtopk"), InlineData("standard"), InlineData("jumprelu")]
    public void What_is_suggested_trains_better_than_a_hundredth_of_it_and_than_what_the_search_ended_at(string architecture)
    {
        var curve = Search(architecture, new() { Highest = 10 });
        Assert.NotEqual(LearningRateEnd.Range, curve.End);
        Assert.InRange(curve.Suggested!.Value, curve.Steepest!.Value, curve.Lowest!.Value);
        Assert.True(Trained(architecture, curve.Suggested.Value) < Trained(architecture, curve.Suggested.Value / 100));
        Assert.True(Trained(architecture, curve.Suggested.Value) < Trained(architecture, curve.Points[^1].Rate));
    }

    [Fact]
    public void A_search_that_breaks_down_at_once_suggests_nothing_and_rates_that_fall_are_refused()
    {
        var pool = Tensor.Zeros(DType.F32, Batch, 12);
        pool.Span<float>().Fill(float.NaN);
        var broken = LearningRateSearch.Run(Config("topk"), Options with { Input = new() { Normalisation = InputNormalisation.None } }, new PoolSource(pool, Batch), Reference.Instance, new());
        Assert.Equal((null, LearningRateEnd.BrokeDown), (broken.Suggested, broken.End));
        Assert.Throws<OptionException>(() => Search("topk", new() { Lowest = 1, Highest = 0.1 }));
        Assert.Throws<OptionException>(() => new LearningRateRange { Steps = 1 });
    }

    private static LearningRateCurve Search(string architecture, LearningRateRange range) => LearningRateSearch.Run(Config(architecture), Options, new PoolSource(Pool, Batch), Reference.Instance, range);

    /// <summary>Mean loss of the last steps at that rate; without end where it breaks down.</summary>
    private static double Trained(string architecture, double rate)
    {
        var last = new List<double>();
        try
        {
            new SaeTrainer(Config(architecture), Options with { Rate = new() { Peak = rate }, Penalty = new(), Selection = new() }, new PoolSource(Pool, Batch), Reference.Instance).Run(onStep: step => last.Add(step.Loss));
        }
        catch (TrainingException)
        {
            return double.PositiveInfinity;
        }
        return last.TakeLast(20).Average();
    }

    private static SaeConfig Config(string architecture) => RandomTensors.Config(architecture, 12, 48);
}
