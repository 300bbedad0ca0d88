using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Tests.Transformers;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Models.Tests.Training;

/// <summary>Laws of training a language model.</summary>
public class TrainerLaws
{
    private const int Vocabulary = 300, Context = 48, Rows = 4 * Context;
    private static readonly LanguageTrainingOptions Options = new() { Steps = 24, Warmup = 4, LearningRate = 3e-3 };

    /// <summary>Sentences of a small grammar as ids, some longer than the context.</summary>
    private static IEnumerable<int[]> Documents(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var ids = new int[random.Next(2, 2 * Context)];
            for (var i = 0; i < ids.Length; i++) ids[i] = i % 3 == 0 ? random.Next(20) : (ids[i - 1] * 7 + i % 3) % Vocabulary;
            yield return ids;
        }
    }

    [Fact]
    public void The_loss_falls()
    {
        var losses = Train(New(CpuBackend.Create(2)), Options.Steps).Select(step => step.Loss).ToArray();
        Assert.True(losses[^1] < 0.85 * losses[0], $"{losses[0]} became {losses[^1]}");
        Assert.InRange(losses[0], 0.9 * Math.Log(Vocabulary), 1.1 * Math.Log(Vocabulary));
    }

    [Fact]
    public void No_bit_depends_on_the_number_of_threads()
    {
        var (one, many) = (New(CpuBackend.Create(1)), New(CpuBackend.Create(3)));
        Train(one, 3);
        Train(many, 3);
        foreach (var (expected, actual) in one.State().Zip(many.State())) Runs.RequireSameBits(expected.Tensor, actual.Tensor, expected.Name);
    }

    [Theory, InlineData(1, 3), InlineData(2, 1)]
    public void A_training_that_goes_on_from_a_saved_state_ends_with_the_bits_of_one_that_never_stopped(int before, int after)
    {
        using var folder = new TemporaryFolder();
        var whole = New(CpuBackend.Create(2));
        Train(whole, 12);
        var first = New(CpuBackend.Create(before));
        Train(first, 5);
        TrainerState.Save(first, folder["state"], "recipe");
        var second = New(CpuBackend.Create(after), seed: 9); // its first weights are of no consequence
        TrainerState.Restore(second, folder["state"], "recipe");
        Assert.Equal((first.Steps, first.Tokens), (second.Steps, second.Tokens));
        Train(second, 7, skip: 5);
        foreach (var (expected, actual) in whole.State().Zip(second.State())) Runs.RequireSameBits(expected.Tensor, actual.Tensor, expected.Name);
        Assert.Throws<OptionException>(() => TrainerState.Restore(second, folder["state"], "another recipe"));
    }

    [Theory, InlineData("reference", DType.F64, 1e-13), InlineData("cpu", DType.F32, 1e-6)]
    public void Gradients_of_several_batches_add_up_to_those_of_one(string engine, DType type, double tolerance)
    {
        Backend backend = engine == "cpu" ? CpuBackend.Create(2) : Reference.Instance;
        var model = DifferentiableTransformer.Create(Config(layers: 1), 3, backend, type);
        int[][] sequences = [.. Documents(5).Where(ids => ids.Length <= Context).Take(5)];
        var whole = TrainingBatch.Of(sequences);
        var loss = model.LossAndGradients(whole, 1.0 / whole.Counted);
        Tensor[] expected = [.. model.Parameters.Select(parameter => parameter.Gradient.Clone())];
        model.ClearGradients();
        var sum = model.LossAndGradients(TrainingBatch.Of(sequences[..2]), 1.0 / whole.Counted) + model.LossAndGradients(TrainingBatch.Of(sequences[2..]), 1.0 / whole.Counted);
        Assert.Equal(loss, sum, 1e-6 * loss);
        foreach (var (gradient, parameter) in expected.Zip(model.Parameters)) Runs.RequireWithin(tolerance, gradient, parameter.Gradient, parameter.Name);
    }

    [Fact]
    public void A_document_has_the_loss_that_it_has_alone()
    {
        var model = DifferentiableTransformer.Create(Config(layers: 2), 3, Reference.Instance, DType.F64);
        int[][] sequences = [.. Documents(6).Where(ids => ids.Length <= 20).Take(4)];
        Assert.Equal(sequences.Sum(ids => model.Loss(TrainingBatch.Of(ids))), model.Loss(TrainingBatch.Of(sequences)), 1e-10);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_others()
    {
        static double[] Weights(int seed) => [.. DifferentiableTransformer.Create(Config(layers: 1), seed, Reference.Instance, DType.F64).Parameters.Select(parameter => parameter.Value.Read(3))];
        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
    }

    [Fact]
    public void A_step_allocates_next_to_nothing()
    {
        var trainer = New(CpuBackend.Create(1));
        var (packer, batch) = (new DocumentPacker(Documents(1), Context), new TrainingBatch(Rows));
        for (var i = 0; i < 3; i++) Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        packer.Fill(batch, Rows);
        var filled = GC.GetAllocatedBytesForCurrentThread();
        trainer.Step(batch);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - filled, 0, 2048);
        Assert.True(filled >= before);

        void Step()
        {
            packer.Fill(batch, Rows);
            trainer.Step(batch);
        }
    }

    private static HfConfig Config(int layers) => new LlamaConfig { DVocab = Vocabulary, DModel = 32, Layers = layers, Heads = 4, KeyHeads = 2, DMlp = 56, Context = Context }.ToConfig();

    private static LanguageTrainer New(Backend backend, int seed = 3) => new(DifferentiableTransformer.Create(Config(layers: 2), seed, backend), Options);

    private static List<StepOutcome> Train(LanguageTrainer trainer, int steps, int skip = 0)
    {
        var (packer, batch, outcomes) = (new DocumentPacker(Documents(1), Context), new TrainingBatch(Rows), new List<StepOutcome>());
        for (var i = 0; i < skip; i++) packer.Fill(batch, Rows);
        for (var i = 0; i < steps; i++)
        {
            packer.Fill(batch, Rows);
            outcomes.Add(trainer.Step(batch));
        }
        return outcomes;
    }
}
