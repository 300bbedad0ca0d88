using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>One row times a packed panel: reads each weight once, in order, at the speed of memory.</summary>
/// <remarks>The sums run in the order of <see cref="GemmKernel{L, TVector}"/>: chains of fused multiply-adds within blocks of k, blocks added in order.</remarks>
internal static unsafe class GemvKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    /// <summary>16-bit weights by which loads run ahead: 4 KiB.</summary>
    private const int Ahead = 2048;

    /// <summary>c[32] = or += a[k]·panel[k][32].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel(float* a, float* panel, float* c, int k, bool add)
    {
        if (L.Count == 16)
        {
            TVector x = L.Broadcast(0), y = x;
            for (var i = 0; i < k; i++, panel += 32)
            {
                var s = L.Broadcast(a[i]);
                x = L.MultiplyAdd(s, L.Load(panel), x);
                y = L.MultiplyAdd(s, L.Load(panel + 16), y);
            }
            Put(c, x, add);
            Put(c + 16, y, add);
            return;
        }
        for (var j = 0; j < PackedMatrix.PanelWidth; j += 4 * L.Count) Quarter(a, panel + j, c + j, k, add);
    }

    /// <summary>The same over bf16 weights, widened in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel(float* a, BFloat16* panel, float* c, int k, bool add)
    {
        for (var j = 0; j < PackedMatrix.PanelWidth; j += 2 * L.Count)
        {
            TVector x = L.Broadcast(0), y = x;
            var b = panel + j;
            for (var i = 0; i < k; i++, b += PackedMatrix.PanelWidth)
            {
                var s = L.Broadcast(a[i]);
                x = L.MultiplyAdd(s, L.Load(b), x);
                y = L.MultiplyAdd(s, L.Load(b + L.Count), y);
            }
            Put(c + j, x, add);
            Put(c + j + L.Count, y, add);
        }
    }

    /// <summary>Two panels at once over two streams: more sums in flight than one panel's latency allows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoPanels(float* a, float* first, float* second, float* c, int k, bool add)
    {
        if (L.Count != 16)
        {
            Panel(a, first, c, k, add);
            Panel(a, second, c + PackedMatrix.PanelWidth, k, add);
            return;
        }
        TVector x = L.Broadcast(0), y = x, z = x, w = x;
        for (var i = 0; i < k; i++, first += 32, second += 32)
        {
            var s = L.Broadcast(a[i]);
            x = L.MultiplyAdd(s, L.Load(first), x);
            y = L.MultiplyAdd(s, L.Load(first + 16), y);
            z = L.MultiplyAdd(s, L.Load(second), z);
            w = L.MultiplyAdd(s, L.Load(second + 16), w);
        }
        Put(c, x, add);
        Put(c + 16, y, add);
        Put(c + 32, z, add);
        Put(c + 48, w, add);
    }

    /// <inheritdoc cref="TwoPanels(float*, float*, float*, float*, int, bool)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoPanels(float* a, BFloat16* first, BFloat16* second, float* c, int k, bool add)
    {
        if (L.Count != 16)
        {
            Panel(a, first, c, k, add);
            Panel(a, second, c + PackedMatrix.PanelWidth, k, add);
            return;
        }
        TVector x = L.Broadcast(0), y = x, z = x, w = x;
        for (var i = 0; i < k; i++, first += 32, second += 32)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(first + Ahead);
                Sse.Prefetch0(second + Ahead);
            }
            var s = L.Broadcast(a[i]);
            x = L.MultiplyAdd(s, L.Load(first), x);
            y = L.MultiplyAdd(s, L.Load(first + 16), y);
            z = L.MultiplyAdd(s, L.Load(second), z);
            w = L.MultiplyAdd(s, L.Load(second + 16), w);
        }
        Put(c, x, add);
        Put(c + 16, y, add);
        Put(c + 32, z, add);
        Put(c + 48, w, add);
    }

    private static void Quarter(float* a, float* b, float* c, int k, bool add)
    {
        var n = L.Count;
        TVector x = L.Broadcast(0), y = x, z = x, w = x;
        for (var i = 0; i < k; i++, b += PackedMatrix.PanelWidth)
        {
            var s = L.Broadcast(a[i]);
            x = L.MultiplyAdd(s, L.Load(b), x);
            y = L.MultiplyAdd(s, L.Load(b + n), y);
            z = L.MultiplyAdd(s, L.Load(b + 2 * n), z);
            w = L.MultiplyAdd(s, L.Load(b + 3 * n), w);
        }
        Put(c, x, add);
        Put(c + n, y, add);
        Put(c + 2 * n, z, add);
        Put(c + 3 * n, w, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, TVector x, bool add) => L.Store(c, add ? L.Add(L.Load(c), x) : x);
}
