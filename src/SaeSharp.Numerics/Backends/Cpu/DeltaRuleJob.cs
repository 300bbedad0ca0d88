using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The gated delta rule over one sequence, in a few columns of one value head a part: no column of S ever meets another.</summary>
/// <remarks>
/// Sᵀk and Sᵀq are taken of S as the row before left it, and faded after: what the row teaches adds (q·k)·δ to the answer. So one walk over S both teaches it what
/// the last row learnt and asks it for the next; columns are few enough to stay in the first-level cache meanwhile, in work memory of the part's own. The walks of
/// a single row are the same steps apart, so a row has the same bits in both.
/// </remarks>
internal unsafe struct DeltaRuleJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* Q, K, V, G, Beta, Y, Work;
    public int KeyHeads, DKey, ValueHeads, DValue;
    public StatePlan* Plans;

    public readonly int PartsPerSequence => checked(ValueHeads * Blocks);

    /// <summary>Floats of work memory of a part.</summary>
    public readonly long WorkFloats => (long)DKey * Columns;

    private static int Columns => DeltaColumns<L, TVector>.Count;

    private readonly int Blocks => (DValue + Columns - 1) / Columns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var (sequence, inSequence) = Math.DivRem(part, PartsPerSequence);
        var (head, block) = Math.DivRem(inSequence, Blocks);
        var (plan, first) = (Plans[sequence], block * Columns);
        var width = Math.Min(Columns, DValue - first);
        var state = plan.State is null ? null : plan.State + (long)head * DKey * DValue + first;
        if (plan.Count == 1 && state is not null && width == Columns)
        {
            Walk(plan, head, first, width, state, DValue); // in place: a copy would cost as much as the row
            return;
        }
        var s = Work + part * WorkFloats;
        new Span<float>(s, DKey * Columns).Clear();
        for (var i = 0; state is not null && i < DKey; i++) Copy(state + (long)i * DValue, s + i * Columns, width);
        Walk(plan, head, first, width, s, Columns);
        for (var i = 0; state is not null && i < DKey; i++) Copy(s + i * Columns, state + (long)i * DValue, width);
    }

    /// <summary>All rows, over columns of S whose rows lie <paramref name="stride"/> apart.</summary>
    private readonly void Walk(StatePlan plan, int head, int first, int width, float* s, int stride)
    {
        var columns = new DeltaColumns<L, TVector> { S = s, Stride = stride, Rows = DKey };
        var lanes = stackalloc float[4 * Columns];
        new Span<float>(lanes, 4 * Columns).Clear();
        var (value, delta, known, asked) = (0, Columns, 2 * Columns, 3 * Columns);
        float* taught = null;                                        // the key of the row that S has still to learn
        var fade = 1f;
        for (long row = plan.Start; row < plan.Start + (long)plan.Count; row++)
        {
            var keyAt = (row * KeyHeads + head / (ValueHeads / KeyHeads)) * DKey;
            var valueAt = row * ValueHeads + head;
            if (taught is null) columns.Ask(K + keyAt, Q + keyAt, lanes + known, lanes + asked);
            else columns.TeachAndAsk(taught, lanes + delta, fade, K + keyAt, Q + keyAt, lanes + known, lanes + asked);
            taught = K + keyAt;
            fade = MathF.Exp(G[valueAt]);
            Copy(V + valueAt * DValue + first, lanes + value, width);
            Learn(lanes + value, lanes + delta, lanes + known, lanes + asked, fade, Beta[valueAt], RowKernel<L, TVector>.Dot(Q + keyAt, K + keyAt, DKey));
            Copy(lanes + asked, Y + valueAt * DValue + first, width);
        }
        if (taught is not null) columns.Teach(taught, lanes + delta, fade);
    }

    /// <summary>δ = β·(v − fade·known), and the answer fade·asked + (q·k)·δ in place of what was asked.</summary>
    private static void Learn(float* value, float* delta, float* known, float* asked, float fade, float beta, float along)
    {
        var (keep, rate, share) = (L.Broadcast(fade), L.Broadcast(beta), L.Broadcast(along));
        for (var i = 0; i < Columns; i += L.Count)
        {
            var learnt = L.Multiply(rate, L.Subtract(L.Load(value + i), L.Multiply(keep, L.Load(known + i))));
            L.Store(delta + i, learnt);
            L.Store(asked + i, L.MultiplyAdd(share, learnt, L.Multiply(keep, L.Load(asked + i))));
        }
    }

    private static void Copy(float* from, float* to, int count) => new ReadOnlySpan<float>(from, count).CopyTo(new(to, count));
}
