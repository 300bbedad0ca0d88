using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Where the parts of an attention job lie: per sequence its rows, its transposed keys and its blocks of queries.</summary>
internal struct AttentionPlan
{
    public int Start, Count, Padded, FirstBlock;
    public long KeyOffset;
}

/// <summary>Transposes the keys of one head of one sequence: [pos, kvHeads, dHead] → [dHead][padded pos].</summary>
internal unsafe struct PackKeysJob : IJob
{
    public AttentionPlan* Plans;
    public float* K, Keys;
    public int Heads, DHead;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var plan = Plans[part / Heads];
        var head = part % Heads;
        var from = K + ((long)plan.Start * Heads + head) * DHead;
        var to = Keys + plan.KeyOffset + (long)head * DHead * plan.Padded;
        for (var i = 0; i < DHead; i++)
        {
            for (var j = 0; j < plan.Count; j++) to[(long)i * plan.Padded + j] = from[(long)j * Heads * DHead + i];
            for (var j = plan.Count; j < plan.Padded; j++) to[(long)i * plan.Padded + j] = 0;
        }
    }
}

/// <summary>Attention of one block of queries of one head.</summary>
internal unsafe struct AttendJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public const int BlockQueries = 64;

    public AttentionPlan* Plans;
    public int PlanCount, Heads, KeyHeads, DHead, LongestPadded;
    public float* Q, Keys, Values, Z, Sinks;
    public AttentionSpec Spec;
    public Tensor[]? Patterns;
    public ScratchPool Scratch;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var block = part / Heads;
        var sequence = 0;
        while (sequence + 1 < PlanCount && Plans[sequence + 1].FirstBlock <= block) sequence++;
        var plan = Plans[sequence];
        var head = part % Heads;
        var keyHead = head / (Heads / KeyHeads);
        var scores = Scratch.Rent((long)AttentionKernel<L, TVector>.Group * LongestPadded * sizeof(float));
        var kernel = new AttentionKernel<L, TVector>
        {
            Keys = Keys + plan.KeyOffset + (long)keyHead * DHead * plan.Padded, KeyStride = plan.Padded,
            Values = Values + ((long)plan.Start * KeyHeads + keyHead) * DHead, ValueStride = KeyHeads * DHead,
            Scores = (float*)scores.Address, ScoreStride = LongestPadded, DHead = DHead, Spec = Spec, Sink = Sinks == null ? float.NegativeInfinity : Sinks[head],
        };
        var stride = Heads * DHead;
        var first = (block - plan.FirstBlock) * BlockQueries;
        var end = Math.Min(plan.Count, first + BlockQueries);
        for (var row = first; row < end; row += AttentionKernel<L, TVector>.Group)
        {
            var count = Math.Min(AttentionKernel<L, TVector>.Group, end - row);
            var at = ((long)(plan.Start + row) * Heads + head) * DHead;
            kernel.Attend(Q + at, Z + at, stride, row, count);
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

/// <summary>Attention of one head of a few new rows against a cache.</summary>
internal unsafe struct AttendCachedJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* Q, Keys, Values, Z, Sinks;
    public int Heads, KeyHeads, DHead, Rows, Count, Capacity;
    public AttentionSpec Spec;
    public ScratchPool Scratch;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int head)
    {
        var keyHead = head / (Heads / KeyHeads);
        var scores = Scratch.Rent((long)AttentionKernel<L, TVector>.Group * Capacity * sizeof(float));
        var kernel = new AttentionKernel<L, TVector>
        {
            Keys = Keys + (long)keyHead * DHead * Capacity, KeyStride = Capacity, Values = Values + (long)keyHead * DHead, ValueStride = KeyHeads * DHead,
            Scores = (float*)scores.Address, ScoreStride = Capacity, DHead = DHead, Spec = Spec, Sink = Sinks == null ? float.NegativeInfinity : Sinks[head],
        };
        for (var row = 0; row < Rows; row += AttentionKernel<L, TVector>.Group)
        {
            var at = ((long)row * Heads + head) * DHead;
            kernel.Attend(Q + at, Z + at, Heads * DHead, Count - Rows + row, Math.Min(AttentionKernel<L, TVector>.Group, Rows - row));
        }
        Scratch.Return(scores);
    }
}
