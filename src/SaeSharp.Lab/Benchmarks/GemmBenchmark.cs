using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>The matrix product of a GPT-2-small SAE's encoder: [4096, 768] · [768, 24576] in f32.</summary>
internal sealed class GemmBenchmark : Benchmark
{
    private const int M = 4096, K = 768, N = 24576;

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        var a = RandomTensors.Uniform(1, M, K);           // [m, k]
        var b = RandomTensors.Uniform(2, K, N);           // [k, n]
        var c = Tensor.Zeros(DType.F32, M, N);            // [m, n]
        return Time(() => backend.MatMul(a, b, c), tokens: 0, warmUps: 2, repetitions: 5, cancel);
    }

    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs) =>
        2.0 * M * N * K / seconds / (roofs.FmaPeakGflops!.Value * 1e9);
}
