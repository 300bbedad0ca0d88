using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Synthetic.Scores;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Every architecture that can be trained finds the directions that its data is made of, each by a latent of its own. A new file under Training/Steps/ is tested here without being named.</summary>
public class PlantedDictionaries
{
    private const int Width = 20, Lasting = 12, Directions = 36, Latents = 64, Batch = 128;

    public static TheoryData<string> Names => [.. SaeTrainer.Architectures];

    [Theory, MemberData(nameof(Names))]
    public void Each_planted_direction_has_a_latent_of_its_own(string architecture)
    {
        var config = Config(architecture);
        var (planted, pool) = Planted(config);
        var trainer = new SaeTrainer(config, Options(architecture), new PoolSource(SaeTrainer.ReadsPairs(architecture) ? pool.Reshape(pool.RowCount / 2, 2 * pool.Columns) : pool, Batch), CpuBackend.Create(1));
        var sae = trainer.Run();
        var truth = Written(sae, planted);
        var mcc = new DirectionMatch(sae.DecoderDirections, truth, Reference.Instance).MeanCorrelationCoefficient();
        Assert.True(mcc >= 0.9, $"MCC {mcc:F3}");
    }

    /// <summary>What the latents have to add up to: for a transcoder what is written, less what its skip connection gives for the direction that is read.</summary>
    private static Tensor Written(SparseAutoencoder sae, Tensor planted)
    {
        if (!sae.Config.IsTranscoder) return planted;
        var written = Tensor.Zeros(DType.F32, Directions, sae.DOut);
        for (var direction = 0; direction < Directions; direction++)
            for (var i = 0; i < sae.DOut; i++)
            {
                var skipped = 0.0;
                for (var j = 0; j < sae.DIn && sae.Config.HasSkip; j++) skipped += sae.Tensors["W_skip"].Row<float>(i)[j] * planted.Row<float>(direction)[j];
                written.Row<float>(direction)[i] = planted.Row<float>(direction)[sae.DIn + i] - (float)skipped;
            }
        return written;
    }

    /// <summary>Directions, and sums of two of them: one of the first twelve, which stays for two rows, and one of the others.</summary>
    private static (Tensor Directions, Tensor Pool) Planted(SaeConfig config)
    {
        var planted = RandomTensors.Normal(8, Directions, config.DIn + (config.DOut ?? 0));
        var (random, pool) = (new SeededRandom(9), Tensor.Zeros(DType.F32, 40 * Batch, planted.Columns));
        for (var row = 0; row < pool.RowCount; row += 2)
        {
            var lasting = random.NextInt(Lasting);
            foreach (var (at, direction) in new[] { (row, lasting), (row + 1, lasting), (row, Lasting + random.NextInt(Directions - Lasting)), (row + 1, Lasting + random.NextInt(Directions - Lasting)) })
            {
                var strength = 0.5f + (float)random.NextDouble();
                for (var i = 0; i < planted.Columns; i++) pool.Row<float>(at)[i] += strength * planted.Row<float>(direction)[i];
            }
        }
        return (planted, pool);
    }

    private static SaeConfig Config(string architecture)
    {
        var config = RandomTensors.Config(architecture, Width, Latents);
        return config with { K = SaeTrainer.CountsLatents(architecture) && config.K > 0 ? 2 : 0, DOut = config.IsTranscoder ? 2 * Width : null, Pursuit = config.Pursuit is null ? null : new(MaxIterations: 2) };
    }

    private static TrainingOptions Options(string architecture) => new()
    {
        Steps = 1200, Rate = new() { Peak = 1e-2, WarmupSteps = 50, DecaySteps = 800 }, Dead = new() { WindowTokens = 20 * Batch }, Seed = 1,
        Penalty = new() { Coefficient = 0.3, WarmupSteps = 100, TargetL0 = 2.5 }, JumpRelu = new() { InitialThreshold = 0.1, Bandwidth = 0.5 },
        Decoder = new() { Directions = DirectionInit.Data, Bias = BiasInit.GeometricMedian, Constraint = SaeTrainer.CountsLatents(architecture) ? DecoderConstraint.UnitNorm : DecoderConstraint.None },
        Matryoshka = new() { Widths = [48], Detached = true }, Contrastive = new() { HighShare = 0.5, Coefficient = 0.1 },
    };
}
