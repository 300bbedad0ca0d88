using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>No other trainer's run of a contrastive SAE was at hand; its oracle is a twin that makes every matrix.</summary>
public class ContrastiveTwin
{
    private const int DIn = 8, DSae = 30, K = 3, Rows = 24;

    private static readonly TrainingOptions Options = new()
    {
        Steps = 200, Rate = new() { Peak = 3e-3 }, Dead = new() { WindowTokens = long.MaxValue / 2 }, Input = new() { Normalisation = InputNormalisation.None }, Contrastive = new() { Coefficient = 0.7, HighShare = 0.4, Temperature = 0.8 }, Seed = 3,
    };

    [Fact]
    public void In_f64_every_step_is_that_of_the_twin() => RequireTwin(Reference.Instance, DType.F64, 1e-9);

    [Fact]
    public void In_f32_the_loss_stays_within_a_thousandth() => RequireTwin(CpuBackend.Create(1), DType.F32, 1e-3);

    private static void RequireTwin(Backend backend, DType type, double tolerance)
    {
        var pool = PoolSource.SparseSums(5, 16 * 2 * Rows, DIn, directions: 20, active: 3);
        var config = new SaeConfig { Architecture = "contrastive", DIn = DIn, DSae = DSae, K = K };
        var trainer = new SaeTrainer(config, Options, new PoolSource(pool.Reshape(pool.RowCount / 2, 2 * DIn), Rows), backend, type);
        var twin = new DenseContrastiveStep(Options, DIn, DSae, K);
        twin.CopyFrom(trainer);
        for (var t = 0; t < Options.Steps; t++)
        {
            var x = new double[2 * Rows, DIn];
            for (var row = 0; row < 2 * Rows; row++)
                for (var i = 0; i < DIn; i++) x[row, i] = pool.Row<float>((t * 2 * Rows + row) % pool.RowCount)[i];
            var (expected, actual) = (twin.Advance(x), trainer.Advance(default).Loss);
            Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Abs(expected), $"step {t}: loss {actual:R}, expected {expected:R}");
        }
    }
}
