using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends;

/// <summary>Moves the elements of a matrix into one panel of a <see cref="PackedMatrix"/>. Rows [n, k] are turned in registers, 8 × 8 or 4 × 4 elements at a time.</summary>
/// <remarks>Its plain twin is <see cref="Reference"/>'s Pack.</remarks>
internal static unsafe class PanelCopy
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>Writes panel number <paramref name="panel"/> of a matrix [k, n], or by rows [n, k]; columns beyond n become zero.</summary>
    public static void Copy<T>(T* from, T* panels, int panel, int k, int n, bool byRows) where T : unmanaged
    {
        var to = panels + (long)panel * k * Width;
        var first = panel * Width;
        var width = Math.Min(Width, n - first);
        if (width < Width) new Span<T>(to, k * Width).Clear();
        if (!byRows)
        {
            for (var i = 0; i < k; i++) new ReadOnlySpan<T>(from + (long)i * n + first, width).CopyTo(new(to + (long)i * Width, width));
            return;
        }
        var rows = from + (long)first * k;
        if (width == Width && sizeof(T) == sizeof(ushort) && Sse2.IsSupported) TurnShorts((ushort*)rows, (ushort*)to, k);
        else if (width == Width && sizeof(T) == sizeof(uint) && Sse.IsSupported) TurnWords((float*)rows, (float*)to, k);
        else Turn(rows, to, 0, k, k, width);
    }

    /// <summary>Plain: columns <paramref name="start"/> to <paramref name="end"/> of k. Blocks of 16 keep both sides in the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn<T>(T* rows, T* to, int start, int end, int k, int width) where T : unmanaged
    {
        for (var block = start; block < end; block += 16)
        {
            var stop = Math.Min(end, block + 16);
            for (var j = 0; j < width; j++)
            {
                var row = rows + (long)j * k;
                for (var i = block; i < stop; i++) to[(long)i * Width + j] = row[i];
            }
        }
    }

    /// <summary>A cache line of each of 8 rows, then of the next 8: rows a page apart share one set of the first-level cache, which holds no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnShorts(ushort* rows, ushort* to, int k)
    {
        const int Line = 32;
        var whole = k / Line * Line;
        for (var i = 0; i < whole; i += Line)
            for (var j = 0; j < Width; j += 8)
                for (var part = 0; part < Line; part += 8) TurnShorts8(rows + (long)j * k + i + part, k, to + (long)(i + part) * Width + j);
        Turn(rows, to, whole, k, k, Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnShorts8(ushort* from, nint k, ushort* to)
    {
        Vector128<ushort> r0 = Vector128.Load(from), r1 = Vector128.Load(from + k), r2 = Vector128.Load(from + 2 * k), r3 = Vector128.Load(from + 3 * k);
        Vector128<ushort> r4 = Vector128.Load(from + 4 * k), r5 = Vector128.Load(from + 5 * k), r6 = Vector128.Load(from + 6 * k), r7 = Vector128.Load(from + 7 * k);

        Vector128<uint> a0 = Sse2.UnpackLow(r0, r1).AsUInt32(), a1 = Sse2.UnpackHigh(r0, r1).AsUInt32(), a2 = Sse2.UnpackLow(r2, r3).AsUInt32(), a3 = Sse2.UnpackHigh(r2, r3).AsUInt32();
        Vector128<uint> a4 = Sse2.UnpackLow(r4, r5).AsUInt32(), a5 = Sse2.UnpackHigh(r4, r5).AsUInt32(), a6 = Sse2.UnpackLow(r6, r7).AsUInt32(), a7 = Sse2.UnpackHigh(r6, r7).AsUInt32();

        Vector128<ulong> b0 = Sse2.UnpackLow(a0, a2).AsUInt64(), b1 = Sse2.UnpackHigh(a0, a2).AsUInt64(), b2 = Sse2.UnpackLow(a1, a3).AsUInt64(), b3 = Sse2.UnpackHigh(a1, a3).AsUInt64();
        Vector128<ulong> b4 = Sse2.UnpackLow(a4, a6).AsUInt64(), b5 = Sse2.UnpackHigh(a4, a6).AsUInt64(), b6 = Sse2.UnpackLow(a5, a7).AsUInt64(), b7 = Sse2.UnpackHigh(a5, a7).AsUInt64();

        Sse2.UnpackLow(b0, b4).AsUInt16().Store(to);
        Sse2.UnpackHigh(b0, b4).AsUInt16().Store(to + Width);
        Sse2.UnpackLow(b1, b5).AsUInt16().Store(to + 2 * Width);
        Sse2.UnpackHigh(b1, b5).AsUInt16().Store(to + 3 * Width);
        Sse2.UnpackLow(b2, b6).AsUInt16().Store(to + 4 * Width);
        Sse2.UnpackHigh(b2, b6).AsUInt16().Store(to + 5 * Width);
        Sse2.UnpackLow(b3, b7).AsUInt16().Store(to + 6 * Width);
        Sse2.UnpackHigh(b3, b7).AsUInt16().Store(to + 7 * Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnWords(float* rows, float* to, int k)
    {
        const int Line = 16;
        var whole = k / Line * Line;
        for (var i = 0; i < whole; i += Line)
            for (var j = 0; j < Width; j += 4)
                for (var part = 0; part < Line; part += 4) TurnWords4(rows + (long)j * k + i + part, k, to + (long)(i + part) * Width + j);
        Turn(rows, to, whole, k, k, Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnWords4(float* from, nint k, float* to)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + k), c = Vector128.Load(from + 2 * k), d = Vector128.Load(from + 3 * k);
        Vector128<float> lowAb = Sse.UnpackLow(a, b), highAb = Sse.UnpackHigh(a, b), lowCd = Sse.UnpackLow(c, d), highCd = Sse.UnpackHigh(c, d);
        Sse.MoveLowToHigh(lowAb, lowCd).Store(to);
        Sse.MoveHighToLow(lowCd, lowAb).Store(to + Width);
        Sse.MoveLowToHigh(highAb, highCd).Store(to + 2 * Width);
        Sse.MoveHighToLow(highCd, highAb).Store(to + 3 * Width);
    }
}
