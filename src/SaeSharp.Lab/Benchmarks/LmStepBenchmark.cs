using SaeSharp.Models.Training;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Steps of a language model's training, forward, backward and optimiser, on random tokens in sequences of the context's length.</summary>
internal sealed class LmStepBenchmark : Benchmark
{
    private const int Batches = 4, WarmUps = 4, Repetitions = 15;

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        var model = DifferentiableTransformer.Create(Config(request).ToConfig(), 1, backend);
        var trainer = new LanguageTrainer(model, new() { Steps = WarmUps + Repetitions });
        var (batches, step) = (Enumerable.Range(0, Batches).Select(number => Batch(request, number)).ToArray(), 0);
        return Time(() => trainer.Step(batches[step++ % Batches]), Rows(request), WarmUps, Repetitions, cancel);
    }

    /// <summary>6 FLOPs a token for each weight of a matrix (2 there, 4 back), and as many for each score and each weighed value of attention; the table of embeddings is looked up, not multiplied.</summary>
    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs)
    {
        var config = Config(request);
        double d = config.DModel, context = config.Context;
        var mlp = config.DMlp == 0 ? 3 * d : config.DMlp;
        var weights = config.Layers * (4 * d * d + 3 * d * mlp) + d * config.DVocab;
        var attention = config.Layers * 2 * d * (context + 1) / 2; // a token sees (context + 1) / 2 others on average
        return 6 * (weights + attention) * Rows(request) / seconds / (roofs.FmaPeakGflops!.Value * 1e9);
    }

    private static LlamaConfig Config(BenchRequest request) => new()
    {
        DVocab = request.Vocab, DModel = request.DModel, Layers = request.Layers, Heads = request.Heads, DMlp = request.DMlp, Context = request.Context ?? 128,
    };

    private static int Rows(BenchRequest request) => checked((request.Batch ?? 16) * (request.Context ?? 128));

    private static TrainingBatch Batch(BenchRequest request, int seed)
    {
        var (random, batch, context) = (new Random(seed), new TrainingBatch(Rows(request)), request.Context ?? 128);
        for (var row = 0; row < Rows(request); row += context)
        {
            int[] ids = [.. Enumerable.Range(0, context + 1).Select(_ => random.Next(request.Vocab))];
            batch.Add(ids.AsSpan(0, context), ids.AsSpan(1));
        }
        return batch;
    }
}
