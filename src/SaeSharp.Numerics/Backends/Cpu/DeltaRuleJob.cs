using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The gated delta rule over one sequence, in a few columns of one value head a part: no column of S ever meets another.</summary>
/// <remarks>
/// The columns of S lie in work memory of the part's own, padded to whole vectors, while its rows go by. Two walks over S a row: one lets it fade and finds what
/// it knows of the key, the other teaches it the difference and asks the query.
/// </remarks>
internal unsafe struct DeltaRuleJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int MaxLanes = 16, Vectors = 4;

    public float* Q, K, V, G, Beta, Y, Work;
    public int KeyHeads, DKey, ValueHeads, DValue;
    public StatePlan* Plans;

    public readonly int PartsPerSequence => checked(ValueHeads * Blocks);

    /// <summary>Floats of work memory of a part.</summary>
    public readonly long WorkFloats => (long)DKey * Columns;

    private static int Columns => Vectors * L.Count;

    private readonly int Blocks => (DValue + Columns - 1) / Columns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var (sequence, inSequence) = Math.DivRem(part, PartsPerSequence);
        var (head, block) = Math.DivRem(inSequence, Blocks);
        var (plan, first) = (Plans[sequence], block * Columns);
        var s = Work + part * WorkFloats;
        var width = Math.Min(Columns, DValue - first);
        var state = plan.State is null ? null : plan.State + (long)head * DKey * DValue + first;

        new Span<float>(s, DKey * Columns).Clear();
        for (var i = 0; state is not null && i < DKey; i++) Copy(state + (long)i * DValue, s + i * Columns, width);
        var buffer = stackalloc float[Vectors * MaxLanes];
        new Span<float>(buffer, Vectors * MaxLanes).Clear();
        for (long row = plan.Start; row < plan.Start + (long)plan.Count; row++)
        {
            var keyAt = (row * KeyHeads + head / (ValueHeads / KeyHeads)) * DKey;
            var valueAt = row * ValueHeads + head;
            Copy(V + valueAt * DValue + first, buffer, width);
            Step(s, Q + keyAt, K + keyAt, buffer, MathF.Exp(G[valueAt]), Beta[valueAt]);
            Copy(buffer, Y + valueAt * DValue + first, width);
        }
        for (var i = 0; state is not null && i < DKey; i++) Copy(s + i * Columns, state + (long)i * DValue, width);
    }

    /// <summary>One row: S changes, and the values in the buffer become the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Step(float* s, float* q, float* k, float* buffer, float decay, float beta)
    {
        var n = L.Count;
        var (fade, learnt) = (L.Broadcast(decay), L.Broadcast(beta));
        var (a, b, c, d) = (L.Broadcast(0), L.Broadcast(0), L.Broadcast(0), L.Broadcast(0));
        for (var i = 0; i < DKey; i++)
        {
            var at = s + i * 4 * n;
            var key = L.Broadcast(k[i]);
            var (s0, s1, s2, s3) = (L.Multiply(fade, L.Load(at)), L.Multiply(fade, L.Load(at + n)), L.Multiply(fade, L.Load(at + 2 * n)), L.Multiply(fade, L.Load(at + 3 * n)));
            (a, b, c, d) = (L.MultiplyAdd(key, s0, a), L.MultiplyAdd(key, s1, b), L.MultiplyAdd(key, s2, c), L.MultiplyAdd(key, s3, d));
            Store(at, s0, s1, s2, s3);
        }
        a = L.Multiply(learnt, L.Subtract(L.Load(buffer), a));
        b = L.Multiply(learnt, L.Subtract(L.Load(buffer + n), b));
        c = L.Multiply(learnt, L.Subtract(L.Load(buffer + 2 * n), c));
        d = L.Multiply(learnt, L.Subtract(L.Load(buffer + 3 * n), d));
        var (y0, y1, y2, y3) = (L.Broadcast(0), L.Broadcast(0), L.Broadcast(0), L.Broadcast(0));
        for (var i = 0; i < DKey; i++)
        {
            var at = s + i * 4 * n;
            var (key, query) = (L.Broadcast(k[i]), L.Broadcast(q[i]));
            var (s0, s1, s2, s3) = (L.MultiplyAdd(key, a, L.Load(at)), L.MultiplyAdd(key, b, L.Load(at + n)), L.MultiplyAdd(key, c, L.Load(at + 2 * n)), L.MultiplyAdd(key, d, L.Load(at + 3 * n)));
            (y0, y1, y2, y3) = (L.MultiplyAdd(query, s0, y0), L.MultiplyAdd(query, s1, y1), L.MultiplyAdd(query, s2, y2), L.MultiplyAdd(query, s3, y3));
            Store(at, s0, s1, s2, s3);
        }
        Store(buffer, y0, y1, y2, y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, TVector v0, TVector v1, TVector v2, TVector v3)
    {
        L.Store(to, v0);
        L.Store(to + L.Count, v1);
        L.Store(to + 2 * L.Count, v2);
        L.Store(to + 3 * L.Count, v3);
    }

    private static void Copy(float* from, float* to, int count) => new ReadOnlySpan<float>(from, count).CopyTo(new(to, count));
}
