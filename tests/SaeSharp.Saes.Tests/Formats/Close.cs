using SaeSharp.Numerics;

namespace SaeSharp.Saes.Tests.Formats;

/// <summary>The tolerance of the format goldens: numbers within 2e-5 + 2e-5 |value|, and the same latents firing.</summary>
internal static class Close
{
    public static void Require(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0L; i < expected.Count; i++)
        {
            var (e, a) = (expected.Read(i), actual.Read(i));
            Assert.True(Math.Abs(e - a) <= 2e-5 + 2e-5 * Math.Abs(e), $"{what}[{i}] is {a}, expected {e}");
        }
    }

    public static void Latents(Tensor expected, SparseCodes codes)
    {
        var dense = codes.ToDense();
        Assert.Equal(expected.Count, dense.Count);
        for (var i = 0L; i < expected.Count; i++) Assert.True(expected.Read(i) != 0 == (dense.Read(i) != 0), $"latents[{i}] is {dense.Read(i)}, expected {expected.Read(i)}");
        Require(expected, dense, "latents");
    }
}
