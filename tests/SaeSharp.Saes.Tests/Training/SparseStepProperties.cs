using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class SparseStepProperties
{
    private const int DIn = 64, DSae = 512, Batch = 256, K = 8, FullSizeSteps = 8;

    private static readonly TrainingOptions Options = new()
    {
        Steps = 200, Rate = new() { Peak = 3e-3, WarmupSteps = 10, DecaySteps = 40 }, Dead = new() { WindowTokens = 10 * Batch }, Input = new() { Normalisation = InputNormalisation.None }, Seed = 3,
    };

    /// <summary>As many true directions as latents. With far fewer most latents stay dead, and the one that f32 revives a step earlier than f64 moves the whole aux loss.</summary>
    private static Tensor Pool => PoolSource.SparseSums(1, 16 * Batch, DIn, directions: DSae, active: 5);

    [Theory, InlineData(true), InlineData(false)]
    public void The_sparse_step_is_its_dense_twin_in_f64(bool rescale) => RequireTwin(Reference.Instance, DType.F64, rescale, steps: rescale ? 200 : 40, 1e-9);

    [Theory, InlineData(true), InlineData(false)]
    public void In_f32_the_loss_stays_within_a_thousandth(bool rescale) => RequireTwin(CpuBackend.Create(2), DType.F32, rescale, steps: 200, 1e-3);

    [Fact]
    public void At_full_size_the_sparse_step_is_a_dense_one()
    {
        var config = new SaeConfig { Architecture = "topk", DIn = 288, DSae = 4608, K = 32, RescaleActsByDecoderNorm = true };
        var pool = PoolSource.SparseSums(7, 2 * 4096, 288, directions: 2000, active: 12);
        var sparse = new SaeTrainer(config, Options with { Steps = FullSizeSteps, Rate = new() { Peak = 1e-3, WarmupSteps = 2, DecaySteps = 2 }, Dead = new() }, new PoolSource(pool, 4096), CpuBackend.Create(2));
        var dense = new DenseProducts(sparse, 4096);
        for (var t = 0; t < FullSizeSteps; t++)
        {
            var (expected, actual) = (dense.Advance(pool.Rows(t % 2 * 4096, 4096).Clone()), sparse.Advance(default).Loss);
            Assert.True(Math.Abs(actual - expected) <= 1e-3 * expected, $"step {t}: loss {actual:R}, expected {expected:R}");
        }
    }

    [Fact]
    public void Steps_allocate_nothing_once_the_number_of_dead_latents_stands()
    {
        var trainer = new SaeTrainer(Config(true), Options with { Dead = new() { WindowTokens = 100_000 * Batch } }, new PoolSource(Pool, Batch), CpuBackend.Create(1));
        for (var i = 0; i < 3; i++) trainer.Advance(default);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) trainer.Advance(default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory, InlineData("standard"), InlineData("gated"), InlineData("jumprelu")]
    public void Dense_steps_allocate_nothing(string architecture)
    {
        var options = Options with { Penalty = new() { Coefficient = 0.1, TargetL0 = 5 } };
        var trainer = new SaeTrainer(RandomTensors.Config(architecture, DIn, DSae), options, new PoolSource(Pool, 5 * Batch), CpuBackend.Create(2));
        for (var i = 0; i < 3; i++) trainer.Advance(default);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) trainer.Advance(default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory, InlineData("topk"), InlineData("standard"), InlineData("gated"), InlineData("jumprelu")]
    public void The_number_of_threads_changes_no_bit(string architecture)
    {
        var options = Options with { Steps = 60, Dead = new() { WindowTokens = 3 * 600 }, Penalty = new() { Coefficient = 0.1 } };
        var pool = PoolSource.SparseSums(2, 4 * 600, 24, directions: 40, active: 4);
        SparseAutoencoder Train(int threads) => new SaeTrainer(RandomTensors.Config(architecture, 24, 300), options, new PoolSource(pool, 600), CpuBackend.Create(threads)).Run();

        var (one, two) = (Train(1), Train(2));
        foreach (var (name, tensor) in one.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), two.Tensors[name].Span<float>().ToArray());
    }

    private static SaeConfig Config(bool rescale) => new() { Architecture = "topk", DIn = DIn, DSae = DSae, K = K, RescaleActsByDecoderNorm = rescale };

    private static void RequireTwin(Backend backend, DType type, bool rescale, int steps, double tolerance)
    {
        var pool = Pool;
        var sparse = new SaeTrainer(Config(rescale), Options, new PoolSource(pool, Batch), backend, type);
        var dense = new DenseTopKStep(Options, Batch, DIn, DSae, K, rescale);
        dense.CopyFrom(sparse);
        var sawDead = false;
        for (var t = 0; t < steps; t++)
        {
            var x = new double[Batch, DIn];
            for (var b = 0; b < Batch; b++)
                for (var i = 0; i < DIn; i++) x[b, i] = pool.Row<float>((t * Batch + b) % pool.RowCount)[i];
            sawDead |= dense.NumDead > 0;
            var (expected, actual) = (dense.Advance(x), sparse.Advance(default).Loss);
            Assert.True(Math.Abs(actual - expected) <= tolerance * expected, $"step {t}: loss {actual:R}, expected {expected:R}");
        }
        Assert.True(sawDead, "no latent died, so the aux loss was never compared");
    }
}
