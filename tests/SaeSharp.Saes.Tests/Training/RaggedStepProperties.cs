using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>A step that computes with the entries of few latents is the dense one, for every architecture with a penalty and every form of it.</summary>
public class RaggedStepProperties
{
    private const int DIn = 10, DSae = 40, Batch = 50;
    private const double Always = 1, Never = 0;

    private static readonly TrainingOptions Plain = new()
    {
        Steps = 200, Rate = new() { Peak = 4e-3, WarmupSteps = 10, DecaySteps = 40 }, Dead = new() { WindowTokens = 6 * Batch }, Penalty = new() { Coefficient = 0.2, WarmupSteps = 20 },
        Input = new() { Normalisation = InputNormalisation.None }, Decoder = new() { InitNorm = 0.5 }, JumpRelu = new() { InitialThreshold = 0.1, Bandwidth = 0.2 }, Seed = 4,
    };

    private static readonly Dictionary<string, TrainingOptions> Forms = new()
    {
        ["plain"] = Plain,
        ["unit norm"] = Plain with { Decoder = new() { Constraint = DecoderConstraint.UnitNorm } },
        ["p 0.8"] = Plain with { Penalty = Plain.Penalty with { P = 0.8 } },
        ["p annealed"] = Plain with { Penalty = Plain.Penalty with { WithoutRoot = true, Annealing = new() { StartStep = 20, Updates = 4, QueueLength = 5, FinalP = 0.6 } } },
        ["tanh, straight through"] = Plain with { JumpRelu = Plain.JumpRelu with { Penalty = JumpReluPenalty.Tanh, StraightThroughInput = true, PreActCoefficient = 0.02 } },
        ["quadratic"] = Plain with { JumpRelu = Plain.JumpRelu with { Penalty = JumpReluPenalty.Quadratic }, Penalty = Plain.Penalty with { TargetL0 = 4 } },
        ["resampled"] = Plain with { Dead = Plain.Dead with { ResampleTokens = 50 * Batch } },
        ["fixed decoder in the gate"] = Plain with { Convention = Convention.DictionaryLearning },
    };

    public static TheoryData<string, string> All
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var form in new[] { "plain", "unit norm", "p 0.8", "p annealed", "resampled" }) data.Add("standard", form);
            foreach (var form in new[] { "plain", "unit norm", "resampled", "fixed decoder in the gate" }) data.Add("gated", form);
            foreach (var form in new[] { "plain", "tanh, straight through", "quadratic", "resampled" }) data.Add("jumprelu", form);
            data.Add("skip_transcoder", "plain");
            return data;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void In_f64_it_is_the_dense_step(string architecture, string form) => RequireTwin(architecture, form, Reference.Instance, DType.F64, 1e-9, steps: form.StartsWith("p ", StringComparison.Ordinal) ? 100 : 200);

    /// <summary>A jump that rounding decides otherwise moves the loss by more than itself, so those architectures are compared for as long as none was seen; so do slopes of v^p near 0 sooner or later.</summary>
    [Theory, MemberData(nameof(All))]
    public void In_f32_it_is_the_dense_step_to_rounding(string architecture, string form) => RequireTwin(architecture, form, CpuBackend.Create(2), DType.F32, 1e-4, steps: form.StartsWith("p ", StringComparison.Ordinal) ? 60 : 200);

    [Theory, InlineData("standard"), InlineData("gated"), InlineData("jumprelu")]
    public void The_number_of_threads_changes_no_bit(string architecture)
    {
        var pool = PoolSource.SparseSums(2, 2 * 1400, DIn, directions: 40, active: 4);
        SparseAutoencoder Train(int threads)
        {
            var trainer = new SaeTrainer(RandomTensors.Config(architecture, DIn, 300), Plain with { Steps = 25, Rate = new() { Peak = 4e-3 } }, new PoolSource(pool, 1400), CpuBackend.Create(threads));
            ((DenseStep)trainer.TrainingStep).SparseBelow = Always;
            return trainer.Run();
        }
        var (one, three) = (Train(1), Train(3));
        foreach (var (name, tensor) in one.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), three.Tensors[name].Span<float>().ToArray());
    }

    [Theory, InlineData("standard"), InlineData("gated"), InlineData("jumprelu")]
    public void It_allocates_nothing(string architecture)
    {
        var pool = PoolSource.SparseSums(2, 2 * 1400, DIn, directions: 40, active: 4);
        var trainer = new SaeTrainer(RandomTensors.Config(architecture, DIn, 300), Plain with { Rate = new() { Peak = 1e-6 } }, new PoolSource(pool, 1400), CpuBackend.Create(2));
        ((DenseStep)trainer.TrainingStep).SparseBelow = Always;
        // Fewer than the 25 steps after which such a run counts as diverging. Lists grow to the largest share of the entries that a thread has had; from then on there is nothing to allocate.
        long[] allocated = [.. Enumerable.Range(0, 8).Select(_ => ThreeSteps(trainer))];
        Assert.Contains(0, allocated.Skip(1));
    }

    [Fact]
    public void Steps_turn_sparse_as_latents_become_rare()
    {
        var pool = PoolSource.SparseSums(1, 4 * Batch, DIn, directions: 30, active: 3);
        var trainer = new SaeTrainer(RandomTensors.Config("standard", DIn, 128), Plain with { Penalty = new() { Coefficient = 1, TargetL0 = 8 } }, new PoolSource(pool, Batch), CpuBackend.Create(1));
        var step = (DenseStep)trainer.TrainingStep;
        Assert.True(trainer.Advance(default).L0 > DenseStep.SparseShare * 128);
        Assert.False(step.WasSparse);
        while (trainer.Step < 200) trainer.Advance(default);
        Assert.True(step.WasSparse);
    }

    private static long ThreeSteps(SaeTrainer trainer)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) trainer.Advance(default);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void RequireTwin(string architecture, string form, Backend backend, DType type, double tolerance, int steps)
    {
        var config = RandomTensors.Config(architecture, DIn, DSae);
        var pool = PoolSource.SparseSums(1, 8 * Batch, DIn + (config.DOut ?? 0), directions: 24, active: 2);
        SaeTrainer Make(double below)
        {
            var trainer = new SaeTrainer(config, Forms[form], new PoolSource(pool, Batch), backend, type);
            ((DenseStep)trainer.TrainingStep).SparseBelow = below;
            return trainer;
        }
        var (dense, ragged, hasJumps) = (Make(Never), Make(Always), architecture is "gated" or "jumprelu");
        for (var t = 0; t < steps; t++)
        {
            var (expected, actual) = (dense.Advance(default), ragged.Advance(default));
            if (hasJumps && type == DType.F32 && expected.L0 != actual.L0 && t > 20) return;
            Assert.True(Math.Abs(actual.Loss - expected.Loss) <= tolerance * expected.Loss, $"step {t}: loss {actual.Loss:R}, expected {expected.Loss:R}");
            Assert.True(Math.Abs(actual.GradientNorm - expected.GradientNorm) <= 100 * tolerance * expected.GradientNorm, $"step {t}: norm {actual.GradientNorm:R}, expected {expected.GradientNorm:R}");
            if (type == DType.F64) Assert.Equal((expected.L0, expected.Dead), (actual.L0, actual.Dead));
        }
        Assert.Equal((false, ((DenseStep)ragged.TrainingStep).CanBeSparse), (((DenseStep)dense.TrainingStep).WasSparse, ((DenseStep)ragged.TrainingStep).WasSparse));
    }
}
