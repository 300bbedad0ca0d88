using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Runs;

namespace SaeSharp.Saes.Tests.Training;

public class LearningRateSchedules
{
    [Fact]
    public void Warm_up_rises_from_its_first_part_and_decay_ends_one_part_above_zero() => Equal(
        [0.05, 0.1, 0.1, 0.1, 0.075, 0.05, 0.025], new() { Steps = 7, Rate = new() { Peak = 0.1, WarmupSteps = 2, DecaySteps = 4 } });

    [Fact]
    public void A_cosine_falls_to_its_end_and_decay_starts_there()
    {
        double Cosine(double part) => 0.01 + 0.09 * (1 + Math.Cos(Math.PI * part)) / 2;
        Equal([0.05, 0.1, Cosine(0), Cosine(0.25), Cosine(0.5), Cosine(0.75), 0.01, 0.005],
            new() { Steps = 8, Rate = new() { Peak = 0.1, Final = 0.01, WarmupSteps = 2, DecaySteps = 2, Shape = RateShape.Cosine } });
    }

    private static void Equal(double[] expected, TrainingOptions options)
    {
        for (var t = 0; t < expected.Length; t++) Assert.Equal(expected[t], LearningRate.At(t, options), 1e-15);
    }
}
