using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Two vectors of columns of one head's S, and the walks over them. Each is a method of its own without calls inside, so that its sums stay in registers.</summary>
internal unsafe struct DeltaColumns<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    public float* S;
    public int Stride, Rows;

    /// <summary>How many columns there are.</summary>
    public static int Count => 2 * L.Count;

    /// <summary>known = Sᵀk, asked = Sᵀq.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Ask(float* k, float* q, float* known, float* asked)
    {
        var (n, stride, rows) = (L.Count, Stride, Rows);
        var at = S;
        var (known0, known1, asked0, asked1) = (L.Broadcast(0), L.Broadcast(0), L.Broadcast(0), L.Broadcast(0));
        for (var i = 0; i < rows; i++, at += stride)
        {
            var (key, query) = (L.Broadcast(k[i]), L.Broadcast(q[i]));
            var (s0, s1) = (L.Load(at), L.Load(at + n));
            known0 = L.MultiplyAdd(key, s0, known0);
            known1 = L.MultiplyAdd(key, s1, known1);
            asked0 = L.MultiplyAdd(query, s0, asked0);
            asked1 = L.MultiplyAdd(query, s1, asked1);
        }
        L.Store(known, known0);
        L.Store(known + n, known1);
        L.Store(asked, asked0);
        L.Store(asked + n, asked1);
    }

    /// <summary>S ← fade·S + taught·δᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Teach(float* taught, float* delta, float fade)
    {
        var (n, stride, rows) = (L.Count, Stride, Rows);
        var at = S;
        var (keep, delta0, delta1) = (L.Broadcast(fade), L.Load(delta), L.Load(delta + n));
        for (var i = 0; i < rows; i++, at += stride)
        {
            var key = L.Broadcast(taught[i]);
            L.Store(at, L.MultiplyAdd(key, delta0, L.Multiply(keep, L.Load(at))));
            L.Store(at + n, L.MultiplyAdd(key, delta1, L.Multiply(keep, L.Load(at + n))));
        }
    }

    /// <summary><see cref="Teach"/>, then <see cref="Ask"/>, in one walk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void TeachAndAsk(float* taught, float* delta, float fade, float* k, float* q, float* known, float* asked)
    {
        var (n, stride, rows) = (L.Count, Stride, Rows);
        var at = S;
        var (keep, delta0, delta1) = (L.Broadcast(fade), L.Load(delta), L.Load(delta + n));
        var (known0, known1, asked0, asked1) = (L.Broadcast(0), L.Broadcast(0), L.Broadcast(0), L.Broadcast(0));
        for (var i = 0; i < rows; i++, at += stride)
        {
            var (old, key, query) = (L.Broadcast(taught[i]), L.Broadcast(k[i]), L.Broadcast(q[i]));
            var s0 = L.MultiplyAdd(old, delta0, L.Multiply(keep, L.Load(at)));
            var s1 = L.MultiplyAdd(old, delta1, L.Multiply(keep, L.Load(at + n)));
            L.Store(at, s0);
            L.Store(at + n, s1);
            known0 = L.MultiplyAdd(key, s0, known0);
            known1 = L.MultiplyAdd(key, s1, known1);
            asked0 = L.MultiplyAdd(query, s0, asked0);
            asked1 = L.MultiplyAdd(query, s1, asked1);
        }
        L.Store(known, known0);
        L.Store(known + n, known1);
        L.Store(asked, asked0);
        L.Store(asked + n, asked1);
    }
}
