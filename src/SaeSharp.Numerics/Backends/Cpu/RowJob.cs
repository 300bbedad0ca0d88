using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>What a <see cref="RowJob{L, TVector}"/> does to each row.</summary>
internal enum RowOp
{
    Add,
    Multiply,
    Scale,
    AddRow,
    MultiplyRow,
    SoftCap,
    Activate,
    RmsNorm,
    LayerNorm,
    Softmax,
}

/// <summary>An operation on each row by itself. Rows are handled one at a time, so a row's bits do not depend on how the rows are dealt out.</summary>
internal unsafe struct RowJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private readonly Tensor _a, _y;
    private readonly Tensor? _b;
    private readonly float* _pa, _pb, _py;

    public RowJob(Tensor a, Tensor? b, Tensor y)
    {
        (_a, _b, _y) = (a, b, y);
        (RowCount, Columns) = (a.RowCount, a.Columns);
        _pa = a.Pointer<float>();
        _pb = b is null ? null : b.Pointer<float>();
        _py = y.Pointer<float>();
    }

    public readonly int RowCount, Columns;
    public int BlockRows;
    public RowOp Op;
    public float* Gain, Bias;
    public float Factor, Epsilon;
    public Activation Activation;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var end = Math.Min(RowCount, (part + 1) * BlockRows);
        for (var row = part * BlockRows; row < end; row++)
        {
            var at = (long)row * Columns;
            Apply(_pa + at, _pb + at, _py + at);
        }
    }

    public readonly void KeepAlive()
    {
        GC.KeepAlive(_a);
        GC.KeepAlive(_b);
        GC.KeepAlive(_y);
    }

    private readonly void Apply(float* a, float* b, float* y)
    {
        switch (Op)
        {
            case RowOp.Add: TensorPrimitives.Add(In(a), In(b), Out(y)); break;
            case RowOp.Multiply: TensorPrimitives.Multiply(In(a), In(b), Out(y)); break;
            case RowOp.Scale: TensorPrimitives.Multiply(In(a), Factor, Out(y)); break;
            case RowOp.AddRow: TensorPrimitives.Add(In(a), In(Gain), Out(y)); break;
            case RowOp.MultiplyRow: TensorPrimitives.Multiply(In(a), In(Gain), Out(y)); break;
            case RowOp.SoftCap: RowKernel<L, TVector>.Map(a, y, Columns, new SoftCap(Factor)); break;
            case RowOp.Activate: ActivationKernel<L, TVector>.Apply(Activation, a, y, Columns); break;
            case RowOp.RmsNorm: RmsNorm(a, y); break;
            case RowOp.LayerNorm: LayerNorm(a, y); break;
            default: Softmax(a, y); break;
        }
    }

    private readonly ReadOnlySpan<float> In(float* p) => new(p, Columns);

    private readonly Span<float> Out(float* p) => new(p, Columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RmsNorm(float* x, float* y)
    {
        var meanSquare = RowKernel<L, TVector>.Dot(x, x, Columns) / Columns;
        var inverse = 1 / MathF.Sqrt(meanSquare + Epsilon);
        var i = 0;
        for (; i + L.Count <= Columns; i += L.Count)
        {
            var scaled = L.Multiply(L.Load(x + i), L.Broadcast(inverse));
            L.Store(y + i, Gain == null ? scaled : L.Multiply(scaled, L.Load(Gain + i)));
        }
        for (; i < Columns; i++) y[i] = Gain == null ? x[i] * inverse : x[i] * inverse * Gain[i];
    }

    private readonly void LayerNorm(float* x, float* y)
    {
        var mean = RowKernel<L, TVector>.Sum(x, Columns) / Columns;
        TensorPrimitives.Subtract(In(x), mean, Out(y));
        var variance = RowKernel<L, TVector>.Dot(y, y, Columns) / Columns;
        TensorPrimitives.Multiply(Out(y), 1 / MathF.Sqrt(variance + Epsilon), Out(y));
        if (Gain != null) TensorPrimitives.Multiply(Out(y), In(Gain), Out(y));
        if (Bias != null) TensorPrimitives.Add(Out(y), In(Bias), Out(y));
    }

    private readonly void Softmax(float* x, float* y)
    {
        var max = RowKernel<L, TVector>.Max(x, Columns);
        var sum = RowKernel<L, TVector>.ExpSum(x, max, y, Columns);
        TensorPrimitives.Multiply(Out(y), 1 / sum, Out(y));
    }

    private readonly struct SoftCap(float cap) : IFunction<TVector>
    {
        public TVector Of(TVector x) => L.Multiply(L.Broadcast(cap), RowKernel<L, TVector>.Tanh(L.Divide(x, L.Broadcast(cap))));
    }
}

/// <summary>Adds the rows into one row of sums, a few columns a part.</summary>
internal unsafe struct ColumnSumJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Width = 64;

    public float* X, Sums;
    public int Rows, Columns;

    public readonly int Parts => (Columns + Width - 1) / Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var first = part * Width;
        var width = Math.Min(Width, Columns - first);
        for (var row = 0; row < Rows; row++) RowKernel<L, TVector>.AddScaled(Sums + first, X + (long)row * Columns + first, 1, width);
    }
}
