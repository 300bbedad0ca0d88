using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Roofs;

/// <summary>Twelve independent chains of multiply-adds: more than latency × throughput on every machine we know.</summary>
internal struct MultiplyAddJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Steps = 20_000_000;

    /// <summary>Vector operations of one part.</summary>
    public const long PerPart = 12L * Steps;

    public float Sink;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int part)
    {
        TVector m = L.Broadcast(0.999f), a = L.Broadcast(0.001f);
        TVector x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (var i = 0; i < Steps; i++)
        {
            x0 = L.MultiplyAdd(x0, m, a);
            x1 = L.MultiplyAdd(x1, m, a);
            x2 = L.MultiplyAdd(x2, m, a);
            x3 = L.MultiplyAdd(x3, m, a);
            x4 = L.MultiplyAdd(x4, m, a);
            x5 = L.MultiplyAdd(x5, m, a);
            x6 = L.MultiplyAdd(x6, m, a);
            x7 = L.MultiplyAdd(x7, m, a);
            x8 = L.MultiplyAdd(x8, m, a);
            x9 = L.MultiplyAdd(x9, m, a);
            x10 = L.MultiplyAdd(x10, m, a);
            x11 = L.MultiplyAdd(x11, m, a);
        }
        x0 = L.Add(L.Add(L.Add(x0, x1), L.Add(x2, x3)), L.Add(L.Add(x4, x5), L.Add(x6, x7)));
        Sink = L.Sum(L.Add(x0, L.Add(L.Add(x8, x9), L.Add(x10, x11))));
    }
}

/// <summary>Adds up a share of a buffer with four sums in flight.</summary>
internal unsafe struct ReadJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* Buffer;
    public long Share;
    public int Repeats;
    public float Sink;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int part)
    {
        TVector a = L.Broadcast(0), b = a, c = a, d = a;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var end = Buffer + (part + 1) * Share;
            for (var p = Buffer + part * Share; p < end; p += 4 * L.Count)
            {
                a = L.Add(a, L.Load(p));
                b = L.Add(b, L.Load(p + L.Count));
                c = L.Add(c, L.Load(p + 2 * L.Count));
                d = L.Add(d, L.Load(p + 3 * L.Count));
            }
        }
        Sink = L.Sum(L.Add(L.Add(a, b), L.Add(c, d)));
    }
}
