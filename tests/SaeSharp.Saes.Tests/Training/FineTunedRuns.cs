using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class FineTunedRuns
{
    private static readonly Tensor Pool = PoolSource.SparseSums(8, 8 * 32, 12, directions: 30, active: 3);

    [Theory]
    [InlineData("standard", DecoderConstraint.None), InlineData("standard", DecoderConstraint.UnitNorm), InlineData("gated", DecoderConstraint.UnitNorm)]
    [InlineData("jumprelu", DecoderConstraint.None), InlineData("jumprelu", DecoderConstraint.UnitNorm), InlineData("topk", DecoderConstraint.UnitNorm)]
    public void The_first_step_reconstructs_as_the_saved_SAE_does(string architecture, DecoderConstraint constraint)
    {
        var saved = RandomTensors.Sae(architecture, 12, 40, 5);
        var options = new TrainingOptions { Steps = 20, Rate = new() { Peak = 1e-9 }, Decoder = new() { Constraint = constraint, Bias = BiasInit.Mean, Directions = DirectionInit.Data } };
        var trainer = new SaeTrainer(RandomTensors.Config(architecture, 12, 40), options, new PoolSource(Pool, 32), Reference.Instance) { Start = saved };
        trainer.Advance(default);
        var (expected, actual) = (saved.Reconstruct(Pool), trainer.Snapshot().Reconstruct(Pool));
        for (var i = 0L; i < expected.Count; i++) Assert.Equal(expected.Read(i), actual.Read(i), 1e-3 * Math.Max(1, Math.Abs(expected.Read(i))));
    }

    [Fact]
    public void Another_shape_is_refused_with_both()
    {
        var trainer = new SaeTrainer(RandomTensors.Config("standard", 12, 41), new() { Steps = 2 }, new PoolSource(Pool, 32), Reference.Instance) { Start = RandomTensors.Sae("standard", 12, 40, 5) };
        Assert.Contains("[40, 12], but the training has [41, 12]", Assert.Throws<OptionException>(() => trainer.Advance(default)).Message, StringComparison.Ordinal);
    }
}
