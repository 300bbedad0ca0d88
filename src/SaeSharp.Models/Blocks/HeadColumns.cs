using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>Moves parts of head vectors between tensors [rows, heads, ..].</summary>
internal static class HeadColumns
{
    /// <summary>Copies <paramref name="width"/> numbers of every head; a source of one head serves all of the target's.</summary>
    /// <param name="from">[rows, heads or 1, ..].</param>
    /// <param name="first">First number read.</param>
    /// <param name="to">[rows, heads, ..].</param>
    /// <param name="at">First number written.</param>
    /// <param name="width">Numbers of a head.</param>
    public static void Copy(Tensor from, int first, Tensor to, int at, int width)
    {
        if (from.DType == DType.F64) Copy<double>(from, first, to, at, width);
        else Copy<float>(from, first, to, at, width);
    }

    /// <summary>(0, 1), (2, 3) … of every head become all first members, then all second ones.</summary>
    public static void PairsToHalves(Tensor x)
    {
        if (x.DType == DType.F64) PairsToHalves<double>(x);
        else PairsToHalves<float>(x);
    }

    private static void Copy<T>(Tensor from, int first, Tensor to, int at, int width) where T : unmanaged
    {
        var shared = to.Shape[1] / from.Shape[1];
        for (var row = 0; row < to.RowCount; row++) from.Row<T>(row / shared).Slice(first, width).CopyTo(to.Row<T>(row).Slice(at, width));
    }

    private static void PairsToHalves<T>(Tensor x) where T : unmanaged
    {
        var (half, buffer) = (x.Columns / 2, new T[x.Columns]);
        for (var row = 0; row < x.RowCount; row++)
        {
            var values = x.Row<T>(row);
            values.CopyTo(buffer);
            for (var i = 0; i < half; i++) (values[i], values[half + i]) = (buffer[2 * i], buffer[2 * i + 1]);
        }
    }
}
