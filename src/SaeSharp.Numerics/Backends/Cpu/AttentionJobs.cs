using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>One sequence of an attention job: its queries' rows, and where its keys and values lie.</summary>
internal unsafe struct AttentionPlan
{
    /// <summary>First row of the queries, how many there are, and the position of the first.</summary>
    public int Start, Count, Position;

    /// <summary>Number of this sequence's first block of queries among all sequences' blocks.</summary>
    public int FirstBlock;

    /// <summary>Positions of a page: of a cache, or the whole sequence as one.</summary>
    public int PageSize;

    /// <summary>Pages of keys, [kvHeads, dHead, PageSize], and of values, [PageSize, kvHeads, dHead].</summary>
    public float** KeyPages, ValuePages;

    /// <summary>The page of a sequence that has one.</summary>
    public float* Keys, Values;

    /// <summary>Positions of the sequence, rounded up to what a kernel's step meets.</summary>
    public readonly int Padded => (Position + Count + AttentionPlans.Step - 1) / AttentionPlans.Step * AttentionPlans.Step;
}

internal static class AttentionPlans
{
    /// <summary>Scores are made for so many keys at a time, in whole steps from position 0.</summary>
    public const int Step = 32;
}

/// <summary>Transposes the keys of one head of one sequence: [pos, kvHeads, dHead] → [dHead][padded pos].</summary>
internal unsafe struct PackKeysJob : IJob
{
    public AttentionPlan* Plans;
    public float* K;
    public int Heads, DHead;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var plan = Plans[part / Heads];
        var head = part % Heads;
        var from = K + ((long)plan.Start * Heads + head) * DHead;
        var to = plan.Keys + (long)head * DHead * plan.PageSize;
        for (var i = 0; i < DHead; i++)
        {
            for (var j = 0; j < plan.Count; j++) to[(long)i * plan.PageSize + j] = from[(long)j * Heads * DHead + i];
            for (var j = plan.Count; j < plan.PageSize; j++) to[(long)i * plan.PageSize + j] = 0;
        }
    }
}

/// <summary>Attention of one block of queries of one head.</summary>
internal unsafe struct AttendJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public const int BlockQueries = 64;

    public AttentionPlan* Plans;
    public int PlanCount, Heads, KeyHeads, DHead, LongestPadded;
    public float* Q, Z, Sinks;
    public AttentionSpec Spec;
    public Tensor[]? Patterns;
    public ScratchPool Scratch;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var block = part / Heads;
        var sequence = 0;
        while (sequence + 1 < PlanCount && Plans[sequence + 1].FirstBlock <= block) sequence++;
        ref var plan = ref Plans[sequence];
        var head = part % Heads;
        var keyHead = head / (Heads / KeyHeads);
        var scores = Scratch.Rent((long)AttentionKernel<L, TVector>.Group * LongestPadded * sizeof(float));
        var kernel = new AttentionKernel<L, TVector>
        {
            KeyPages = plan.KeyPages, ValuePages = plan.ValuePages, PageSize = plan.PageSize, KeyOffset = (long)keyHead * DHead * plan.PageSize, ValueOffset = (long)keyHead * DHead,
            ValueStride = KeyHeads * DHead, Scores = (float*)scores.Address, ScoreStride = LongestPadded, DHead = DHead, Spec = Spec,
            Sink = Sinks == null ? float.NegativeInfinity : Sinks[head],
        };
        var stride = Heads * DHead;
        var first = (block - plan.FirstBlock) * BlockQueries;
        var end = Math.Min(plan.Count, first + BlockQueries);
        for (var row = first; row < end; row += AttentionKernel<L, TVector>.Group)
        {
            var count = Math.Min(AttentionKernel<L, TVector>.Group, end - row);
            var at = ((long)(plan.Start + row) * Heads + head) * DHead;
            kernel.Attend(Q + at, Z + at, stride, plan.Position + row, count);
            for (var r = 0; Patterns is not null && r < count; r++)
            {
                var pattern = Patterns[sequence].Row<float>(head * plan.Count + row + r);
                pattern.Clear();
                var oldest = kernel.First(row + r);
                new ReadOnlySpan<float>(kernel.Scores + r * LongestPadded + oldest, row + r + 1 - oldest).CopyTo(pattern[oldest..]);
            }
        }
        Scratch.Return(scores);
    }
}
