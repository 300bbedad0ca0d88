using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Training for a loss behind the reconstruction.</summary>
public class DownstreamRuns
{
    private const int DIn = 6, DSae = 24, Batch = 20;
    private static readonly Tensor Pool = PoolSource.SparseSums(4, 14 * Batch, DIn, directions: 20, active: 3);

    private static TrainingOptions Options(InputNormalisation normalisation) => new()
    {
        Steps = 40, Rate = new() { Peak = 5e-3 }, Dead = new() { WindowTokens = 400 * Batch }, Input = new() { Normalisation = normalisation }, LossUnit = LossUnit.VarianceUnexplained, Decoder = new() { InitNorm = 0.7 }, Seed = 5,
    };

    [Theory, InlineData("topk", InputNormalisation.None), InlineData("batchtopk", InputNormalisation.MeanNorm), InlineData("abstopk", InputNormalisation.None), InlineData("groupmax", InputNormalisation.MeanSquare)]
    public void Gradients_are_the_central_differences_of_the_loss_behind(string architecture, InputNormalisation normalisation)
    {
        const double H = 1e-6;
        var trainer = Trainer(architecture, normalisation, DType.F64);
        for (var t = 0; t < 3; t++) trainer.Advance(default);
        var (step, x) = (trainer.TrainingStep, Tensor.Zeros(DType.F64, Batch, DIn));
        Pool.Rows(0, Batch).ConvertTo(x);
        trainer.Input.Apply(x);
        double Loss() => step.Run(x.Clone(), 3, []).Loss;
        Loss();
        var gradients = step.Weights.All.Select(weight => weight.Gradient.Clone()).ToArray();
        foreach (var (weight, gradient) in step.Weights.All.Zip(gradients))
            for (var i = 0L; i < weight.Value.Count; i++)
            {
                var value = weight.Value.Read(i);
                weight.Value.Write(i, value + H);
                var above = Loss();
                weight.Value.Write(i, value - H);
                var below = Loss();
                weight.Value.Write(i, value);
                var expected = (above - below) / (2 * H);
                Assert.True(Math.Abs(gradient.Read(i) - expected) <= 1e-6 * (1 + Math.Abs(expected)), $"{weight.Name}[{i}]: {gradient.Read(i):R}, differences give {expected:R}");
            }
    }

    [Fact]
    public void What_cannot_be_trained_for_it_is_refused()
    {
        Assert.Contains("standard", Assert.Throws<OptionException>(() => Trainer("standard", InputNormalisation.None, DType.F32)).Message, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => Trainer("matryoshka_batchtopk", InputNormalisation.None, DType.F32));
        Assert.Contains("LayerNorm", Assert.Throws<OptionException>(() => Trainer("topk", InputNormalisation.LayerNorm, DType.F32)).Message, StringComparison.Ordinal);
    }

    private static SaeTrainer Trainer(string architecture, InputNormalisation normalisation, DType type) =>
        new(RandomTensors.Config(architecture, DIn, DSae), Options(normalisation), new PoolSource(Pool, Batch), Reference.Instance, type) { Downstream = new Waves() };

    /// <summary>Σ (i + 1) · cos(x̂ᵢ + row), whose slopes are known.</summary>
    private sealed class Waves : DownstreamLoss
    {
        public override double Of(Tensor reconstruction, Tensor gradient)
        {
            var loss = 0.0;
            for (var i = 0L; i < reconstruction.Count; i++)
            {
                var (weight, at) = (i % reconstruction.Columns + 1, reconstruction.Read(i) + i / reconstruction.Columns);
                loss += weight * Math.Cos(at);
                gradient.Write(i, -weight * Math.Sin(at));
            }
            return loss;
        }
    }
}
