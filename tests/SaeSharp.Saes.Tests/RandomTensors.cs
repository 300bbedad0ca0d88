using SaeSharp.Numerics;

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

    public static SaeConfig Config(string architecture, int dIn, int dSae) =>
        new() { Architecture = architecture, DIn = dIn, DSae = dSae, K = architecture == "topk" ? Math.Max(1, dSae / 8) : 0, RescaleActsByDecoderNorm = architecture == "topk" };
}
