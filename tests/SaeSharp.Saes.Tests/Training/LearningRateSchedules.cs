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

    [Fact]
    public void Every_schedule_is_that_of_SAELens()
    {
        foreach (var expected in Golden.Json("golden/saes/training/pieces.json").GetProperty("saelens_lr_schedules").EnumerateArray())
        {
            var (steps, name) = (expected.GetProperty("training_steps").GetInt32(), expected.GetProperty("name").GetString());
            var options = new TrainingOptions
            {
                Steps = steps,
                Rate = new()
                {
                    Peak = expected.GetProperty("lr").GetDouble(), Final = expected.GetProperty("lr_end").GetDouble(), WarmupSteps = expected.GetProperty("warm_up_steps").GetInt32(),
                    DecaySteps = expected.GetProperty("decay_steps").GetInt32(), Cycles = expected.GetProperty("num_cycles").GetInt32(),
                    Shape = name switch { "cosineannealing" => RateShape.Cosine, "cosineannealingwarmrestarts" => RateShape.CosineRestarts, _ => RateShape.Constant },
                },
            };
            var rates = expected.GetProperty("lr_at_step").EnumerateArray().Select(rate => rate.GetDouble()).ToArray();
            for (var t = 0; t < steps; t++) Assert.True(Math.Abs(rates[t] - LearningRate.At(t, options)) <= 1e-12, $"{name} {options.Rate} step {t}: {LearningRate.At(t, options)}, expected {rates[t]}");
        }
    }

    private static void Equal(double[] expected, TrainingOptions options)
    {
        for (var t = 0; t < expected.Length; t++) Assert.Equal(expected[t], LearningRate.At(t, options), 1e-15);
    }
}
