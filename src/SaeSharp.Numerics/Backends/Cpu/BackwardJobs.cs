using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>activation(gate) ⊙ up and its gradients, and those of an activation alone, over blocks of rows.</summary>
internal unsafe struct GatedJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* Gate, Up, Y, Dy, DGate, DUp;
    public int Rows, Columns, BlockRows;
    public Activation Activation;

    public readonly void Run(int part)
    {
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++)
        {
            var at = (long)row * Columns;
            if (Y != null) SlopeKernel<L, TVector>.Gate(Activation, Gate + at, Up + at, Y + at, Columns);
            else SlopeKernel<L, TVector>.Back(Activation, Gate + at, Up == null ? null : Up + at, Dy + at, DGate + at, DUp == null ? null : DUp + at, Columns);
        }
    }
}

/// <summary>softmax − one-hot, scaled, and the losses, over blocks of rows.</summary>
internal unsafe struct CrossEntropyGradientJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* Logits, DLosses, Losses, DLogits;
    public int* Targets;
    public int Rows, Columns, BlockRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++)
        {
            float* x = Logits + (long)row * Columns, dx = DLogits + (long)row * Columns;
            var target = Targets[row];
            if (target < 0)
            {
                if (Losses != null) Losses[row] = 0;
                new Span<float>(dx, Columns).Clear();
                continue;
            }
            var chosen = x[target];
            var max = RowKernel<L, TVector>.Max(x, Columns);
            var sum = RowKernel<L, TVector>.ExpSum(x, max, dx, Columns);
            if (Losses != null) Losses[row] = (float)(Math.Log(sum) + max - chosen);
            System.Numerics.Tensors.TensorPrimitives.Multiply(new ReadOnlySpan<float>(dx, Columns), DLosses[row] / sum, new Span<float>(dx, Columns));
            dx[target] -= DLosses[row];
        }
    }
}

/// <summary>y ⊙ (dy − Σ y ⊙ dy) over blocks of rows.</summary>
internal unsafe struct SoftmaxBackwardJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* Y, Dy, Dx;
    public int Rows, Columns, BlockRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++)
        {
            float* y = Y + (long)row * Columns, dy = Dy + (long)row * Columns, dx = Dx + (long)row * Columns;
            var mean = RowKernel<L, TVector>.Dot(y, dy, Columns);
            var i = 0;
            for (; i + L.Count <= Columns; i += L.Count) L.Store(dx + i, L.Multiply(L.Load(y + i), L.Subtract(L.Load(dy + i), L.Broadcast(mean))));
            for (; i < Columns; i++) dx[i] = y[i] * (dy[i] - mean);
        }
    }
}

/// <summary>Adds rows to the rows of a table that ids name. Threads take columns, so a row that is named twice gets its terms in order.</summary>
internal unsafe struct EmbedBackwardJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Width = 64;

    public float* Dy, Table;
    public int* Ids;
    public int Rows, Columns;

    public readonly int Parts => (Columns + Width - 1) / Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var first = part * Width;
        var width = Math.Min(Width, Columns - first);
        for (var row = 0; row < Rows; row++) RowKernel<L, TVector>.AddScaled(Table + (long)Ids[row] * Columns + first, Dy + (long)row * Columns + first, 1, width);
    }
}
