using SaeSharp.Numerics;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Data for benchmarks: seeded, so that two runs work on the same numbers.</summary>
internal static class RandomTensors
{
    /// <summary>Numbers spread evenly over (−scale, scale).</summary>
    public static Tensor Uniform(int seed, ReadOnlySpan<int> shape, float scale = 1)
    {
        var tensor = Tensor.Zeros(DType.F32, shape);
        var state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;
        for (var row = 0; row < tensor.RowCount; row++)
        {
            foreach (ref var value in tensor.Row<float>(row))
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                value = scale * ((state >> 40) * (2f / (1 << 24)) - 1);
            }
        }
        return tensor;
    }

    /// <summary>Numbers spread evenly over (−1, 1).</summary>
    public static Tensor Uniform(int seed, params ReadOnlySpan<int> shape) => Uniform(seed, shape, 1);
}
