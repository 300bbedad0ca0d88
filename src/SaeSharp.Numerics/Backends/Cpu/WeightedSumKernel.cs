using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>y = start + Σ value · w[row], entry by entry: the inner loop of decoding and of gradients. Every element is one chain of fused multiply-adds in the order of the entries.</summary>
/// <remarks>
/// Entries come in short lists that say nothing but value and row, so that columns can be cut into strips of as many sums as registers hold and each strip reads the list again
/// from the first-level cache. A sum that goes on from one list to the next has the bits of one list.
/// </remarks>
internal static unsafe class WeightedSumKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    /// <summary>Entries of one list.</summary>
    public const int ListLength = 256;

    /// <summary>Adds a list. <paramref name="start"/> may be <paramref name="y"/>, or null for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* values, int* rows, int count, float* w, int d, float* start, float* y)
    {
        var (i, n) = (0, L.Count);
        for (; i + 8 * n <= d; i += 8 * n) Eight(values, rows, count, w + i, d, start == null ? null : start + i, y + i);
        for (; i + 2 * n <= d; i += 2 * n) Two(values, rows, count, w + i, d, start == null ? null : start + i, y + i);
        if (i + n <= d)
        {
            var a = start == null ? L.Broadcast(0) : L.Load(start + i);
            for (var j = 0; j < count; j++) a = L.MultiplyAdd(L.Broadcast(values[j]), L.Load(w + (long)rows[j] * d + i), a);
            L.Store(y + i, a);
            i += n;
        }
        for (; i < d; i++)
        {
            var sum = start == null ? 0 : start[i];
            for (var j = 0; j < count; j++) sum = MathF.FusedMultiplyAdd(values[j], w[(long)rows[j] * d + i], sum);
            y[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* values, int* rows, int count, float* w, int d, float* start, float* y)
    {
        var n = L.Count;
        TVector a, b, c, e, f, g, h, k;
        if (start == null) a = b = c = e = f = g = h = k = L.Broadcast(0);
        else
        {
            (a, b, c, e) = (L.Load(start), L.Load(start + n), L.Load(start + 2 * n), L.Load(start + 3 * n));
            (f, g, h, k) = (L.Load(start + 4 * n), L.Load(start + 5 * n), L.Load(start + 6 * n), L.Load(start + 7 * n));
        }
        for (var j = 0; j < count; j++)
        {
            var s = L.Broadcast(values[j]);
            var row = w + (long)rows[j] * d;
            a = L.MultiplyAdd(s, L.Load(row), a);
            b = L.MultiplyAdd(s, L.Load(row + n), b);
            c = L.MultiplyAdd(s, L.Load(row + 2 * n), c);
            e = L.MultiplyAdd(s, L.Load(row + 3 * n), e);
            f = L.MultiplyAdd(s, L.Load(row + 4 * n), f);
            g = L.MultiplyAdd(s, L.Load(row + 5 * n), g);
            h = L.MultiplyAdd(s, L.Load(row + 6 * n), h);
            k = L.MultiplyAdd(s, L.Load(row + 7 * n), k);
        }
        L.Store(y, a);
        L.Store(y + n, b);
        L.Store(y + 2 * n, c);
        L.Store(y + 3 * n, e);
        L.Store(y + 4 * n, f);
        L.Store(y + 5 * n, g);
        L.Store(y + 6 * n, h);
        L.Store(y + 7 * n, k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(float* values, int* rows, int count, float* w, int d, float* start, float* y)
    {
        var n = L.Count;
        TVector a, b;
        if (start == null) a = b = L.Broadcast(0);
        else (a, b) = (L.Load(start), L.Load(start + n));
        for (var j = 0; j < count; j++)
        {
            var s = L.Broadcast(values[j]);
            var row = w + (long)rows[j] * d;
            a = L.MultiplyAdd(s, L.Load(row), a);
            b = L.MultiplyAdd(s, L.Load(row + n), b);
        }
        L.Store(y, a);
        L.Store(y + n, b);
    }
}
