using SaeSharp.Models;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>The forward pass up to the last block's output, without logits.</summary>
internal sealed class HarvestBenchmark : Benchmark
{
    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        var shape = ModelShape.Of(request.Shape);
        var model = Transformer.Load(request.Folder!, backend);
        var random = new Random(5);
        var (sequences, length) = (Sequences(request), Length(request));
        var batch = TokenBatch.Of([.. Enumerable.Range(0, sequences).Select(_ => Enumerable.Range(0, length).Select(_ => random.Next(shape.DVocab)).ToArray())]);
        var hooks = new HookSet().Read($"blocks.{shape.Layers - 1}.hook_resid_post", static _ => { });
        return Time(() => model.Run(batch, hooks, LogitRows.None), tokens: sequences * length, warmUps: 3, repetitions: 7, cancel);
    }

    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs)
    {
        var shape = ModelShape.Of(request.Shape);
        var length = Length(request);
        // Two products of dModel numbers with every key before: on average length / 2 of them.
        return Sequences(request) * length * shape.FlopsPerToken((length + 1) / 2.0) / seconds / (roofs.FmaPeakGflops!.Value * 1e9);
    }

    private static int Sequences(BenchRequest request) => request.Batch ?? 16;

    private static int Length(BenchRequest request) => request.Context ?? (request.Shape == "gpt2-small" ? 128 : 256);
}
