using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Loops over one vector of numbers. Sums run in a fixed order that depends on the length alone, never on alignment or neighbours.</summary>
internal static unsafe class RowKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    private const int MaxLanes = 16;

    /// <summary>Σ a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, int n)
    {
        TVector x = L.Broadcast(0), y = x, z = x, w = x;
        var i = 0;
        for (; i + 4 * L.Count <= n; i += 4 * L.Count)
        {
            x = L.MultiplyAdd(L.Load(a + i), L.Load(b + i), x);
            y = L.MultiplyAdd(L.Load(a + i + L.Count), L.Load(b + i + L.Count), y);
            z = L.MultiplyAdd(L.Load(a + i + 2 * L.Count), L.Load(b + i + 2 * L.Count), z);
            w = L.MultiplyAdd(L.Load(a + i + 3 * L.Count), L.Load(b + i + 3 * L.Count), w);
        }
        for (; i + L.Count <= n; i += L.Count) x = L.MultiplyAdd(L.Load(a + i), L.Load(b + i), x);
        var sum = L.Sum(L.Add(L.Add(x, y), L.Add(z, w)));
        for (; i < n; i++) sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }

    /// <summary>Σ x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* a, int n)
    {
        TVector x = L.Broadcast(0), y = x;
        var i = 0;
        for (; i + 2 * L.Count <= n; i += 2 * L.Count)
        {
            x = L.Add(x, L.Load(a + i));
            y = L.Add(y, L.Load(a + i + L.Count));
        }
        for (; i + L.Count <= n; i += L.Count) x = L.Add(x, L.Load(a + i));
        var sum = L.Sum(L.Add(x, y));
        for (; i < n; i++) sum += a[i];
        return sum;
    }

    /// <summary>The largest number; −∞ for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(float* a, int n)
    {
        var x = L.Broadcast(float.NegativeInfinity);
        var i = 0;
        for (; i + L.Count <= n; i += L.Count) x = L.Max(x, L.Load(a + i));
        var max = L.MaxLane(x);
        for (; i < n; i++) max = MathF.Max(max, a[i]);
        return max;
    }

    /// <summary>y += s·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(float* y, float* x, float s, int n)
    {
        var factor = L.Broadcast(s);
        var i = 0;
        for (; i + L.Count <= n; i += L.Count) L.Store(y + i, L.MultiplyAdd(factor, L.Load(x + i), L.Load(y + i)));
        for (; i < n; i++) y[i] = MathF.FusedMultiplyAdd(s, x[i], y[i]);
    }

    /// <summary>y = exp(x − max); returns Σ y. y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ExpSum(float* x, float max, float* y, int n)
    {
        var offset = L.Broadcast(max);
        var sum = L.Broadcast(0);
        var i = 0;
        for (; i + L.Count <= n; i += L.Count)
        {
            var e = Exp(L.Subtract(L.Load(x + i), offset));
            L.Store(y + i, e);
            sum = L.Add(sum, e);
        }
        var total = L.Sum(sum);
        if (i == n) return total;

        // The last few go through the same vector code, in a buffer of their own.
        var rest = stackalloc float[MaxLanes];
        for (var j = i; j < n; j++) rest[j - i] = x[j];
        L.Store(rest, Exp(L.Subtract(L.Load(rest), offset)));
        for (var j = i; j < n; j++) total += y[j] = rest[j - i];
        return total;
    }

    /// <summary>eˣ within 2 units in the last place; 0 below −87.3, +∞ at +∞, NaN for NaN.</summary>
    /// <remarks>x = n·ln 2 + r with |r| ≤ ½ln 2; eʳ by its Taylor polynomial of degree 7, whose next term is below 1e-8.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f, Lowest = -87.33654f, Highest = 88.02969f;
        var clamped = L.Min(L.Broadcast(Highest), L.Max(L.Broadcast(Lowest), x));
        var n = L.Round(L.Multiply(clamped, L.Broadcast(Log2E)));
        var r = L.MultiplyAdd(n, L.Broadcast(-Ln2High), clamped);
        r = L.MultiplyAdd(n, L.Broadcast(-Ln2Low), r);
        var p = L.Broadcast(1f / 5040);
        p = L.MultiplyAdd(p, r, L.Broadcast(1f / 720));
        p = L.MultiplyAdd(p, r, L.Broadcast(1f / 120));
        p = L.MultiplyAdd(p, r, L.Broadcast(1f / 24));
        p = L.MultiplyAdd(p, r, L.Broadcast(1f / 6));
        p = L.MultiplyAdd(p, r, L.Broadcast(0.5f));
        p = L.MultiplyAdd(p, r, L.Broadcast(1f));
        p = L.MultiplyAdd(p, r, L.Broadcast(1f));
        var e = L.Multiply(p, L.PowerOfTwo(n));
        e = L.Select(L.Broadcast(Lowest), x, L.Broadcast(0), e);
        e = L.Select(x, L.Broadcast(Highest), L.Broadcast(float.PositiveInfinity), e);
        return L.KeepNaN(x, e);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        var one = L.Broadcast(1);
        return L.Divide(one, L.Add(one, Exp(L.Subtract(L.Broadcast(0), x))));
    }

    /// <summary>tanh x = 2σ(2x) − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x) => L.MultiplyAdd(L.Broadcast(2), Sigmoid(L.Add(x, x)), L.Broadcast(-1));

    /// <summary>y = f(x) for each number, all through the same vector code; y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TFunction>(float* x, float* y, int n, TFunction f) where TFunction : struct, IFunction<TVector>
    {
        var i = 0;
        for (; i + L.Count <= n; i += L.Count) L.Store(y + i, f.Of(L.Load(x + i)));
        if (i == n) return;
        var rest = stackalloc float[MaxLanes];
        for (var j = i; j < n; j++) rest[j - i] = x[j];
        L.Store(rest, f.Of(L.Load(rest)));
        for (var j = i; j < n; j++) y[j] = rest[j - i];
    }
}

/// <summary>A function of one number, applied lane by lane.</summary>
internal interface IFunction<TVector> where TVector : struct
{
    TVector Of(TVector x);
}
