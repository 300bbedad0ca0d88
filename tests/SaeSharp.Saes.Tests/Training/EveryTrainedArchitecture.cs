using System.Runtime.CompilerServices;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Laws that the training of every architecture keeps. A new file under Training/Steps/ is tested here without being named.</summary>
public class EveryTrainedArchitecture
{
    private const int DIn = 6, DSae = 24, Batch = 20;

    private static readonly TrainingOptions Options = new()
    {
        Steps = 40, Rate = new() { Peak = 5e-3, WarmupSteps = 4, DecaySteps = 6 }, Dead = new() { WindowTokens = 4 * Batch }, Penalty = new() { Coefficient = 0.05, WarmupSteps = 2 },
        Input = new() { Normalisation = InputNormalisation.None }, Decoder = new() { InitNorm = 0.7 }, Seed = 5,
    };

    public static TheoryData<string> Names => [.. SaeTrainer.Architectures];

    [Theory, MemberData(nameof(Names))]
    public void Gradients_are_the_central_differences_of_the_loss(string architecture) => RequireGradients(architecture, Options);

    /// <summary>The aux loss holds the error fixed and a detached inner loss the levels below, so their gradients are not those of the loss as a whole.</summary>
    [Theory, InlineData(0, true), InlineData(3, false), InlineData(3, true)]
    public void Gradients_of_levels_are_central_differences_too(int sampled, bool sort) =>
        RequireGradients("matryoshka_batchtopk", Options with { Matryoshka = new() { SampledLevels = sampled, SortByFrequency = sort } });

    [Fact]
    public void Gradients_of_multi_topk_are_central_differences_too() => RequireGradients("topk", Options with { Selection = new() { Multi = true } });

    [Theory, MemberData(nameof(Names))]
    public void A_run_that_stops_and_resumes_ends_with_the_same_bits(string architecture)
    {
        using var folder = new TemporaryFolder();
        var options = Options with { CheckpointEvery = 17, Matryoshka = new() { SortByFrequency = true, SampledLevels = architecture == "contrastive" ? 0 : 2 }, Selection = new() { InitialK = 5, KSteps = 20 } };
        SaeTrainer Make() => SaeTrainer.Resume(folder.Path, Config(architecture), options, Source(architecture), Reference.Instance);
        var whole = Trainer(architecture, options, Reference.Instance).Run();

        var first = Make();
        while (first.Step < 23)
        {
            first.Advance(default);
            first.SaveWhenDue(folder.Path);
        }
        var second = Make();
        Assert.Equal(17, second.Step);
        RequireSame(whole, second.Run());
    }

    [Theory, MemberData(nameof(Names))]
    public void The_number_of_threads_changes_no_bit(string architecture)
    {
        var pool = PoolSource.SparseSums(2, 4 * 300, Width(RandomTensors.Config(architecture, 24, 128)), directions: 40, active: 4);
        SparseAutoencoder Train(int threads) => new SaeTrainer(RandomTensors.Config(architecture, 24, 128), Options with { Steps = 30, Dead = new() { WindowTokens = 900 } },
            Source(architecture, pool, 300), CpuBackend.Create(threads)).Run();
        RequireSame(Train(1), Train(3));
    }

    [Theory, MemberData(nameof(Names))]
    public void Steps_allocate_nothing(string architecture)
    {
        var options = Options with { Dead = new() { WindowTokens = long.MaxValue / 2 } };
        var trainer = new SaeTrainer(RandomTensors.Config(architecture, 24, 128), options, Source(architecture, PoolSource.SparseSums(2, 4 * 300, Width(RandomTensors.Config(architecture, 24, 128)), directions: 40, active: 4), 300), CpuBackend.Create(1));
        for (var i = 0; i < 12; i++) trainer.Advance(default);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 8; i++) trainer.Advance(default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_decoder_row_of_zeros_leaves_every_number_finite(string architecture)
    {
        var trainer = Trainer(architecture, Options, CpuBackend.Create(1));
        trainer.TrainingStep.Weights.Decoder.Value.Row<float>(3).Clear();
        for (var t = 0; t < 10; t++) Assert.True(double.IsFinite(trainer.Advance(default).Loss));
        Assert.All(trainer.Snapshot().Tensors.Values, tensor => Assert.All(tensor.Span<float>().ToArray(), value => Assert.True(float.IsFinite(value))));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_finished_SAE_can_be_saved_and_used(string architecture)
    {
        using var folder = new TemporaryFolder();
        var sae = Trainer(architecture, Options, CpuBackend.Create(1)).Run();
        SaeFolder.Save(sae, folder["sae"]);
        RequireSame(sae, SaeFolder.Load(folder["sae"], sae.Backend));
    }

    [Theory, MemberData(nameof(Names))]
    public void Explains_itself_in_the_docs(string architecture) => Assert.Contains("## Training", File.ReadAllText(Docs(architecture.EndsWith("transcoder", StringComparison.Ordinal) ? "transcoder" : architecture)), StringComparison.Ordinal);

    private static void RequireGradients(string architecture, TrainingOptions options)
    {
        var trainer = new SaeTrainer(Config(architecture), options, Source(architecture), Reference.Instance, DType.F64);
        for (var t = 0; t < 3; t++) trainer.Advance(default); // before a latent is dead
        var (step, x) = (trainer.TrainingStep, Tensor.Zeros(DType.F32, Batch, trainer.Source.DIn));
        trainer.Source.Fill(3, x, default);
        double Loss()
        {
            var copy = Tensor.Zeros(DType.F64, x.Shape);
            x.ConvertTo(copy);
            return step.Run(copy.Reshape(step.BatchSize, (int)(copy.Count / step.BatchSize)), 3, default).Loss;
        }
        Loss();
        var gradients = step.Weights.All.Select(weight => weight.Gradient.Clone()).ToArray();
        foreach (var (weight, gradient) in step.Weights.All.Zip(gradients))
        {
            if (weight.Name == "threshold") continue; // its gradient is a pseudo-gradient
            for (var i = 0L; i < weight.Value.Count; i++)
            {
                const double Epsilon = 1e-6;
                var value = weight.Value.Read(i);
                weight.Value.Write(i, value + Epsilon);
                var above = Loss();
                weight.Value.Write(i, value - Epsilon);
                var below = Loss();
                weight.Value.Write(i, value);
                var expected = (above - below) / (2 * Epsilon);
                Assert.True(Math.Abs(gradient.Read(i) - expected) <= 1e-7 * (1 + Math.Abs(expected)), $"{weight.Name}[{i}]: {gradient.Read(i):R}, differences give {expected:R}");
            }
        }
    }

    private static SaeConfig Config(string architecture) => RandomTensors.Config(architecture, DIn, DSae);

    private static PoolSource Source(string architecture) => Source(architecture, PoolSource.SparseSums(4, 14 * Batch, Width(Config(architecture)), directions: 20, active: 3), Batch);

    /// <summary>Architectures that look at pairs get two activations in a row.</summary>
    private static PoolSource Source(string architecture, Tensor pool, int batch) => architecture != "contrastive" ? new(pool, batch) : new(pool.Reshape(pool.RowCount / 2, 2 * pool.Columns), batch);

    /// <summary>A transcoder's rows hold what it reads and what it writes.</summary>
    private static int Width(SaeConfig config) => config.DIn + (config.DOut ?? 0);

    private static SaeTrainer Trainer(string architecture, TrainingOptions options, Backend backend) => new(Config(architecture), options, Source(architecture), backend);

    private static void RequireSame(SparseAutoencoder a, SparseAutoencoder b)
    {
        foreach (var (name, tensor) in a.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), b.Tensors[name].Span<float>().ToArray());
    }

    private static string Docs(string architecture, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "architectures", $"{architecture}.md");
}
