using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>A sequence's rows and what it remembers; null for nothing.</summary>
internal unsafe struct StatePlan
{
    public int Start, Count;
    public float* State;
}

/// <summary>Channels that one part of a <see cref="ConvolutionJob{L, TVector}"/> goes over, and where their results lie.</summary>
internal unsafe struct ConvolutionBlock
{
    /// <summary>Channels of a block: with the kernel's rows they stay in the first-level cache.</summary>
    public const int Most = 512;

    public float* Y;
    public int Stride, Channel, Width;
}

/// <summary>y[t] = Σⱼ weight[j] ⊙ x[t − kernel + 1 + j], a block of channels of one sequence a part; the terms come from the oldest row to the newest.</summary>
internal unsafe struct ConvolutionJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* X, Weight;
    public int Channels, Kernel, BlockCount;
    public StatePlan* Plans;
    public ConvolutionBlock* Blocks;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var (plan, block) = (Plans[part / BlockCount], Blocks[part % BlockCount]);
        for (var row = 0; row < plan.Count; row++)
        {
            var y = block.Y + (long)(plan.Start + row) * block.Stride;
            new Span<float>(y, block.Width).Clear();
            for (var j = 0; j < Kernel; j++)
            {
                var past = row - Kernel + 1 + j;
                if (past < 0 && plan.State is null) continue;
                var x = past < 0 ? plan.State + (long)(Kernel + past) * Channels : X + (long)(plan.Start + past) * Channels;
                AddProduct(y, x + block.Channel, Weight + (long)j * Channels + block.Channel, block.Width);
            }
        }
    }

    /// <summary>y += x ⊙ w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(float* y, float* x, float* w, int n)
    {
        var i = 0;
        for (; i + L.Count <= n; i += L.Count) L.Store(y + i, L.MultiplyAdd(L.Load(x + i), L.Load(w + i), L.Load(y + i)));
        for (; i < n; i++) y[i] = MathF.FusedMultiplyAdd(x[i], w[i], y[i]);
    }
}
