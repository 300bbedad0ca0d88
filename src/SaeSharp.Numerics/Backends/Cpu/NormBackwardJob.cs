using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Gradients through RMSNorm or LayerNorm for a block of rows, whose share of the gains' and biases' gradients is summed by itself.</summary>
/// <remarks>Blocks have a fixed size and their sums are added in order afterwards, so the bits do not depend on the number of threads.</remarks>
internal unsafe struct NormBackwardJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public const int BlockRows = 64;

    public float* X, Gain, Dy, Dx, GainSums, BiasSums;
    public int Rows, Columns;
    public float Epsilon;
    public bool Centres;
    public ScratchPool Scratch;

    public readonly int Parts => (Rows + BlockRows - 1) / BlockRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var scratch = Scratch.Rent(2L * Columns * sizeof(float));
        float* unit = (float*)scratch.Address, d = unit + Columns;
        float* gains = GainSums == null ? null : GainSums + (long)part * Columns, biases = BiasSums == null ? null : BiasSums + (long)part * Columns;
        if (gains != null) new Span<float>(gains, Columns).Clear();
        if (biases != null) new Span<float>(biases, Columns).Clear();
        var end = Math.Min(Rows, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++) Row(X + (long)row * Columns, Dy + (long)row * Columns, Dx + (long)row * Columns, unit, d, gains, biases);
        Scratch.Return(scratch);
    }

    /// <summary>unit = x̂, d = dy ⊙ gain; dx = (d − x̂·mean(d ⊙ x̂)) / size, and with a mean taken out of x also out of d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(float* x, float* dy, float* dx, float* unit, float* d, float* gains, float* biases)
    {
        var mean = Centres ? RowKernel<L, TVector>.Sum(x, Columns) / Columns : 0;
        var i = 0;
        for (; i + L.Count <= Columns; i += L.Count) L.Store(unit + i, L.Subtract(L.Load(x + i), L.Broadcast(mean)));
        for (; i < Columns; i++) unit[i] = x[i] - mean;
        var inverse = 1 / MathF.Sqrt(RowKernel<L, TVector>.Dot(unit, unit, Columns) / Columns + Epsilon);

        for (i = 0; i + L.Count <= Columns; i += L.Count)
        {
            var (u, upstream) = (L.Multiply(L.Load(unit + i), L.Broadcast(inverse)), L.Load(dy + i));
            L.Store(unit + i, u);
            if (gains != null) L.Store(gains + i, L.MultiplyAdd(upstream, u, L.Load(gains + i)));
            if (biases != null) L.Store(biases + i, L.Add(upstream, L.Load(biases + i)));
            L.Store(d + i, Gain == null ? upstream : L.Multiply(upstream, L.Load(Gain + i)));
        }
        for (; i < Columns; i++)
        {
            unit[i] *= inverse;
            if (gains != null) gains[i] = MathF.FusedMultiplyAdd(dy[i], unit[i], gains[i]);
            if (biases != null) biases[i] += dy[i];
            d[i] = Gain == null ? dy[i] : dy[i] * Gain[i];
        }

        var along = -RowKernel<L, TVector>.Dot(d, unit, Columns) / Columns;
        var middle = Centres ? RowKernel<L, TVector>.Sum(d, Columns) / Columns : 0;
        for (i = 0; i + L.Count <= Columns; i += L.Count)
            L.Store(dx + i, L.Multiply(L.Broadcast(inverse), L.MultiplyAdd(L.Broadcast(along), L.Load(unit + i), L.Subtract(L.Load(d + i), L.Broadcast(middle)))));
        for (; i < Columns; i++) dx[i] = inverse * MathF.FusedMultiplyAdd(along, unit[i], d[i] - middle);
    }
}
