using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>The course of sparsify's default optimiser, schedule-free signum.</summary>
public class SignumGoldens
{
    private const string Root = "golden/saes/training";

    private static readonly (string Theirs, string Ours)[] Names = [("encoder.weight", "W_enc"), ("encoder.bias", "b_enc"), ("W_dec", "W_dec"), ("b_dec", "b_dec")];

    [Fact]
    public void In_f64_every_step_is_that_of_sparsify_and_the_finished_weights_are_its_means()
    {
        var (run, file) = (Golden.Json($"{Root}/manifest.json").GetProperty("runs").GetProperty("sp_signum_schedulefree"), Golden.Tensors($"{Root}/sp_signum_schedulefree.safetensors"));
        var manifest = Golden.Json($"{Root}/manifest.json");
        var steps = run.GetProperty("steps").GetInt32();
        var config = new SaeConfig
        {
            Architecture = "topk", DIn = manifest.GetProperty("d_in").GetInt32(), DSae = manifest.GetProperty("d_sae").GetInt32(), K = run.GetProperty("sparse_coder_cfg").GetProperty("k").GetInt32(),
        };
        var options = new TrainingOptions
        {
            Steps = steps, Rate = new() { Peak = run.GetProperty("lr").GetDouble() }, Optimiser = new() { Kind = OptimiserKind.Signum, Momentum = run.GetProperty("schedulefree_momentum").GetDouble() },
            LossUnit = LossUnit.VarianceUnexplained, Decoder = new() { Bias = BiasInit.Mean, Constraint = DecoderConstraint.UnitNorm }, Dead = new() { AuxCoefficient = 0 },
            Input = new() { Normalisation = InputNormalisation.None }, Convention = Convention.Sparsify, ClipNorm = null,
        };
        var trainer = new SaeTrainer(config, options, new PoolSource(Golden.Tensors($"{Root}/data.safetensors").Read("x"), manifest.GetProperty("batch").GetInt32()), Reference.Instance, DType.F64);
        foreach (var (theirs, ours) in Names) file.Read($"init.{theirs}").ConvertTo(Weight(trainer, ours).Value);
        UnitNormDecoder.Normalise(trainer.TrainingStep.Weights.Decoder);
        for (var t = 0; t < steps; t++)
        {
            Assert.Equal(file.Read("log.f64.loss").Read(t), trainer.Advance(default).Loss, 1e-12);
            foreach (var (theirs, ours) in Names)
                if (file.Contains($"params.f64.step{t + 1}.{theirs}")) RequireClose(file.Read($"params.f64.step{t + 1}.{theirs}"), Weight(trainer, ours).Value, ours == "W_dec", $"{ours} after step {t + 1}");
        }
        foreach (var (theirs, ours) in Names)
            if (ours != "W_dec") RequireClose(file.Read($"final.eval_mode.{theirs}"), trainer.Setting.Optimiser.Finished(Weight(trainer, ours)), false, $"mean of {ours}");
    }

    private static SaeSharp.Saes.Training.Optimisers.TrainedTensor Weight(SaeTrainer trainer, string name) => trainer.TrainingStep.Weights.All.Single(weight => weight.Name == name);

    /// <summary>sparsify puts decoder rows to length 1 before the next step, we after this one.</summary>
    private static void RequireClose(Tensor expected, Tensor actual, bool ofUnitNorm, string what)
    {
        for (var i = 0L; i < expected.Count; i++)
        {
            var row = (int)(i / expected.Columns);
            var length = ofUnitNorm ? Math.Sqrt(expected.Row<double>(row).ToArray().Sum(value => value * value)) : 1;
            Assert.True(Math.Abs(expected.Read(i) / length - actual.Read(i)) <= 1e-12, $"{what}[{i}] is {actual.Read(i):R}, expected {expected.Read(i) / length:R}");
        }
    }
}
