using SaeSharp.Models;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>The forward pass up to the last block's output, 16 sequences of 256 (stories15m) or 128 tokens, without logits.</summary>
internal sealed class HarvestBenchmark : Benchmark
{
    private const int Sequences = 16;

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        var shape = ModelShape.Of(request.Shape);
        using var folder = new TemporaryFolder();
        shape.Write(folder.Path);
        var model = Transformer.Load(folder.Path, backend);
        var random = new Random(5);
        var length = Length(request);
        var batch = TokenBatch.Of([.. Enumerable.Range(0, Sequences).Select(_ => Enumerable.Range(0, length).Select(_ => random.Next(shape.DVocab)).ToArray())]);
        var hooks = new HookSet().Read($"blocks.{shape.Layers - 1}.hook_resid_post", static _ => { });
        return Time(() => model.Run(batch, hooks, LogitRows.None), tokens: Sequences * length, warmUps: 3, repetitions: 7, cancel);
    }

    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs)
    {
        var shape = ModelShape.Of(request.Shape);
        var length = Length(request);
        // Two products of dModel numbers with every key before: on average length / 2 of them.
        var perToken = 2.0 * shape.BlockWeights + shape.Layers * 4.0 * shape.DModel * (length + 1) / 2;
        return Sequences * length * perToken / seconds / (roofs.FmaPeakGflops!.Value * 1e9);
    }

    private static int Length(BenchRequest request) => request.Shape == "gpt2-small" ? 128 : 256;
}
