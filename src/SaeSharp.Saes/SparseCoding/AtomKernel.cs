using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Products of atoms, stored as f32 or f64, with vectors in f64. Every sum is f64: certificates rest on these.</summary>
internal static unsafe class AtomKernel
{
    private const int Lanes = 8;

    /// <summary>a · y over d numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot<T>(T* a, double* y, int d) where T : unmanaged
    {
        Vector512<double> even = default, odd = default;
        var i = 0;
        for (; i <= d - 2 * Lanes; i += 2 * Lanes)
        {
            even = Vector512.FusedMultiplyAdd(Load(a + i), Vector512.Load(y + i), even);
            odd = Vector512.FusedMultiplyAdd(Load(a + i + Lanes), Vector512.Load(y + i + Lanes), odd);
        }
        var sum = Vector512.Sum(even + odd);
        for (; i < d; i++) sum = Math.FusedMultiplyAdd(Number(a + i), y[i], sum);
        return sum;
    }

    /// <summary>The dot products of four atoms with y: y is read once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dots<T>(T* a, T* b, T* c, T* e, double* y, int d, double* dots) where T : unmanaged
    {
        Vector512<double> va = default, vb = default, vc = default, ve = default;
        var i = 0;
        for (; i <= d - Lanes; i += Lanes)
        {
            var v = Vector512.Load(y + i);
            va = Vector512.FusedMultiplyAdd(Load(a + i), v, va);
            vb = Vector512.FusedMultiplyAdd(Load(b + i), v, vb);
            vc = Vector512.FusedMultiplyAdd(Load(c + i), v, vc);
            ve = Vector512.FusedMultiplyAdd(Load(e + i), v, ve);
        }
        var (sa, sb, sc, se) = (Vector512.Sum(va), Vector512.Sum(vb), Vector512.Sum(vc), Vector512.Sum(ve));
        for (; i < d; i++)
        {
            sa = Math.FusedMultiplyAdd(Number(a + i), y[i], sa);
            sb = Math.FusedMultiplyAdd(Number(b + i), y[i], sb);
            sc = Math.FusedMultiplyAdd(Number(c + i), y[i], sc);
            se = Math.FusedMultiplyAdd(Number(e + i), y[i], se);
        }
        (dots[0], dots[1], dots[2], dots[3]) = (sa, sb, sc, se);
    }

    /// <summary>y += scale · a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled<T>(double scale, T* a, double* y, int d) where T : unmanaged
    {
        var s = Vector512.Create(scale);
        var i = 0;
        for (; i <= d - Lanes; i += Lanes) Vector512.FusedMultiplyAdd(s, Load(a + i), Vector512.Load(y + i)).Store(y + i);
        for (; i < d; i++) y[i] = Math.FusedMultiplyAdd(scale, Number(a + i), y[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Load<T>(T* p) where T : unmanaged =>
        typeof(T) == typeof(double) ? Vector512.Load((double*)p) : Vector512.WidenLower(Vector256.Load((float*)p).ToVector512Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Number<T>(T* p) where T : unmanaged => typeof(T) == typeof(double) ? *(double*)p : *(float*)p;
}
