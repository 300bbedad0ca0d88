using System.Numerics.Tensors;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>Numbers as whole steps of a scale: 2^bits − 1 levels, evenly spaced over [−M, M], M being the largest magnitude of the token. 0 stays 0.</summary>
internal static class SignedGrid
{
    /// <summary>The largest level.</summary>
    public static int Top(int bits) => (1 << (bits - 1)) - 1;

    /// <summary>M ÷ top: what a step is worth.</summary>
    public static float Scale(ReadOnlySpan<float> values, int bits) => values.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(values)) / Top(bits);

    public static int LevelOf(float value, float scale, int bits) => scale > 0 ? Math.Clamp((int)MathF.Round(value / scale), -Top(bits), Top(bits)) : 0;
}
