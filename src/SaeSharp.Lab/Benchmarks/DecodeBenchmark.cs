using System.Diagnostics;
using SaeSharp.Models;
using SaeSharp.Models.Generation;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Greedy decoding with a KV cache; the roof is reading every weight once a token, or for many texts at once the FMA peak.</summary>
internal sealed class DecodeBenchmark : Benchmark
{
    private const int WarmUps = 16, Tokens = 200, LongPrompt = 128, PrefillRuns = 3;

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        var model = Transformer.Load(request.Folder!, backend);
        int[] prompt = [.. Enumerable.Range(1, request.Prompt)];
        Generator.Generate(model, prompt, new SamplingOptions { MaxTokens = 1, IgnoreEos = true }, cancel: cancel);
        var (first, memory) = (SelfProcess.SecondsSinceStart(), SelfProcess.PeakRssMiB());
        double? prefill = request.Prompt < LongPrompt ? null : Prefill(model, prompt, cancel);
        var variant = new DecodeVariant(model, prompt, request, backend);
        var measured = variant.IsPlain ? Plain(model, prompt, cancel) : variant.Measure(cancel);
        return measured with { Prompt = new(request.Prompt, first, memory, model.WeightBytes / (1024.0 * 1024), prefill) };
    }

    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs)
    {
        var shape = ModelShape.Of(request.Shape);
        return request.Streams == 1
            ? shape.BytesPerToken / seconds / (roofs.ReadGBps!.Value * 1e9)
            : (shape.FlopsPerToken(0) + 2.0 * shape.DModel * shape.DVocab) / seconds / (roofs.FmaPeakGflops!.Value * 1e9);
    }

    public override BenchResult Describe(Measurement measured, BenchResult result) => measured.Prompt is not { } prompt ? result : result with
    {
        FirstTokenSeconds = prompt.FirstToken,
        FirstTokenRssMiB = prompt.FirstTokenRssMiB,
        WeightMiB = prompt.WeightMiB,
        PrefillTokensPerSecond = prompt.Tokens / prompt.Prefill,
        PlainTokensPerSecond = 1 / measured.PlainSeconds,
    };

    public override BenchResult AgainstRoofs(BenchRequest request, BenchResult result, BenchResult roofs) => result with
    {
        PrefillRoofShare = result.PrefillTokensPerSecond * ModelShape.Of(request.Shape).FlopsPerToken((request.Prompt + 1) / 2.0) / (roofs.FmaPeakGflops!.Value * 1e9),
    };

    public override int BufferMiB(BenchRequest request) => (int)Math.Min(1024, Math.Max(1, ModelShape.Of(request.Shape).BytesPerToken >> 20));

    /// <summary>Every token of one text by itself.</summary>
    private static Measurement Plain(Transformer model, int[] prompt, CancellationToken cancel)
    {
        var seconds = new List<double>(Tokens);
        var last = Stopwatch.GetTimestamp();
        long before = 0, after = 0;
        Generator.Generate(model, prompt, new SamplingOptions { MaxTokens = WarmUps + Tokens, IgnoreEos = true }, null, null, _ =>
        {
            var now = Stopwatch.GetTimestamp();
            seconds.Add(Stopwatch.GetElapsedTime(last, now).TotalSeconds);
            if (seconds.Count == WarmUps) before = GC.GetTotalAllocatedBytes(precise: true);
            if (seconds.Count == WarmUps + Tokens) after = GC.GetTotalAllocatedBytes(precise: true);
            last = Stopwatch.GetTimestamp();
        }, cancel);
        return new() { Seconds = seconds[WarmUps..], Tokens = 1, AllocatedBytes = (after - before) / (double)Tokens };
    }

    /// <summary>Median seconds of the prompt's pass with the logits of its last token.</summary>
    private static double Prefill(Transformer model, int[] prompt, CancellationToken cancel)
    {
        var times = Time(() => model.Run(TokenBatch.Of(prompt), null, LogitRows.Last), prompt.Length, warmUps: 1, PrefillRuns, cancel).Seconds;
        return times.Order().ElementAt(times.Count / 2);
    }
}
