using SaeSharp.Numerics;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Tests;

/// <summary>Random inputs that a seed repeats.</summary>
internal static class RandomTensors
{
    /// <summary>Roughly normal numbers (sums of uniforms).</summary>
    public static Tensor Normal(int seed, params ReadOnlySpan<int> shape)
    {
        var random = new SeededRandom(seed, 0x5AE);
        var tensor = Tensor.Zeros(DType.F32, shape);
        foreach (ref var value in tensor.Span<float>())
        {
            var sum = 0.0;
            for (var i = 0; i < 12; i++) sum += random.NextDouble();
            value = (float)(sum - 6);
        }
        return tensor;
    }

    /// <summary>An SAE of <paramref name="architecture"/> with random weights.</summary>
    public static SparseAutoencoder Sae(string architecture, int dIn, int dSae, int seed, Func<SaeConfig, SaeConfig>? change = null) =>
        SaeCatalog.Create((change ?? (config => config))(Config(architecture, dIn, dSae)), SaeWeights.Random(seed), Numerics.Backends.Reference.Instance);

    /// <summary>A small config of <paramref name="architecture"/>; what it needs beside sizes is chosen here.</summary>
    public static SaeConfig Config(string architecture, int dIn, int dSae)
    {
        var config = new SaeConfig { Architecture = architecture, DIn = dIn, DSae = dSae, K = K(architecture, dSae), RescaleActsByDecoderNorm = architecture.Contains("topk", StringComparison.Ordinal) && !architecture.EndsWith("transcoder", StringComparison.Ordinal) };
        if (config.IsTranscoder) config = config with { DOut = Math.Max(1, dIn - 1), ApplyBDecToInput = false, HookNameOut = "blocks.1.hook_mlp_out" };
        if (architecture == "sparse_coding") config = config with { Coding = new() { Method = CodeMethod.Omp, Count = Math.Min(3, dSae) } };
        return config with { Pursuit = architecture == "matching_pursuit" ? new(MaxIterations: 3) : null, Temporal = architecture == "temporal" ? new(Heads: 1, Layers: 2, Bottleneck: 1) : null };
    }

    private static int K(string architecture, int dSae) => architecture.Split('_')[0] switch
    {
        "topk" or "abstopk" or "batchtopk" or "matryoshka" or "contrastive" or "temporal" => Math.Max(1, dSae / 8),
        "groupmax" => dSae % 2 == 0 ? dSae / 2 : 1,
        _ => 0,
    };
}
