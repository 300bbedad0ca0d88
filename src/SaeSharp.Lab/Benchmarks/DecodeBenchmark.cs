using System.Diagnostics;
using SaeSharp.Models;
using SaeSharp.Models.Generation;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Greedy decoding with a KV cache from a prompt of 8 tokens; the roof is reading every weight once a token.</summary>
internal sealed class DecodeBenchmark : Benchmark
{
    private const int WarmUps = 16, Tokens = 200;

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        using var folder = new TemporaryFolder();
        ModelShape.Of(request.Shape).Write(folder.Path);
        var model = Transformer.Load(folder.Path, backend);
        var seconds = new List<double>(Tokens);
        var last = Stopwatch.GetTimestamp();
        long before = 0, after = 0;
        Generator.Generate(model, [1, 2, 3, 4, 5, 6, 7, 8], new SamplingOptions { MaxTokens = WarmUps + Tokens, IgnoreEos = true }, null, null, _ =>
        {
            var now = Stopwatch.GetTimestamp();
            seconds.Add(Stopwatch.GetElapsedTime(last, now).TotalSeconds);
            if (seconds.Count == WarmUps) before = GC.GetTotalAllocatedBytes(precise: true);
            after = GC.GetTotalAllocatedBytes(precise: true);
            last = Stopwatch.GetTimestamp();
        }, cancel);
        return new() { Seconds = seconds[WarmUps..], Tokens = 1, AllocatedBytes = (after - before) / (double)Tokens };
    }

    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs) =>
        ModelShape.Of(request.Shape).BytesPerToken / seconds / (roofs.ReadGBps!.Value * 1e9);

    public override int BufferMiB(BenchRequest request) => (int)(ModelShape.Of(request.Shape).BytesPerToken >> 20);
}
