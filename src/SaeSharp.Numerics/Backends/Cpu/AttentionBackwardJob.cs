using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Gradients of attention for one key head of one sequence, and for the query heads that share it.</summary>
/// <remarks>
/// As in FlashAttention (arXiv:2205.14135) the weights of a block of queries are computed again from q and k and never stored as a whole:
/// P = softmax(s(scale·QKᵀ)), dP = dZ·Vᵀ, dS = P ⊙ (dP − Σ P ⊙ dP) ⊙ s' · scale; dQ = dS·K, dK += dSᵀ·Q, dV += Pᵀ·dZ. A part adds up alone and in order, so the bits
/// do not depend on threads or on the sequences beside it. Operands are copied into rows of whole vectors and whole tiles, so kernels meet no edges.
/// </remarks>
internal unsafe struct AttentionBackwardJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    /// <summary>Queries whose weights exist at one time: a multiple of every tile's rows.</summary>
    private const int BlockQueries = 48;

    public SequenceSpan* Sequences;
    public int Heads, KeyHeads, DHead;
    public float* Q, K, V, Dz, Dq, Dk, Dv, Sinks;
    public AttentionSpec Spec;
    public ScratchPool Scratch;

    /// <summary>Columns that one tile of a product fills.</summary>
    private static int Wide => 2 * L.Count;

    public readonly void Run(int part)
    {
        var (start, count) = Sequences[part / KeyHeads];
        var (keyHead, group) = (part % KeyHeads, Heads / KeyHeads);
        if (count == 0) return;
        // Rows reach a tile beyond the last, columns a tile's width.
        int width = Up(DHead, Wide), rows = count + BlockQueries, columns = Up(count, Wide) + Wide;
        using var lease = new Lease(Scratch, Buffers.Length(rows, width, columns) * sizeof(float));
        var at = new Buffers((float*)lease.Address, rows, width, columns);
        var (keyStride, stride) = (KeyHeads * DHead, Heads * DHead);
        var keyStart = (long)start * keyStride + (long)keyHead * DHead;
        CopyRows(K + keyStart, keyStride, count, at.K, rows, width);
        Turn(K + keyStart, keyStride, count, at.TurnedK, columns);
        Turn(V + keyStart, keyStride, count, at.TurnedV, columns);
        new Span<float>(at.DK, rows * width).Clear();
        new Span<float>(at.DV, rows * width).Clear();
        for (var head = keyHead * group; head < (keyHead + 1) * group; head++)
        {
            var queryStart = (long)start * stride + (long)head * DHead;
            CopyRows(Q + queryStart, stride, count, at.Q, rows, width);
            CopyRows(Dz + queryStart, stride, count, at.DZ, rows, width);
            for (var first = 0; first < count; first += BlockQueries) Block(at, first, Math.Min(count, first + BlockQueries), Sinks == null ? float.NegativeInfinity : Sinks[head]);
            PutRows(at.DQ, width, Dq + queryStart, stride, count);
        }
        PutRows(at.DK, width, Dk + keyStart, keyStride, count);
        PutRows(at.DV, width, Dv + keyStart, keyStride, count);
    }

    /// <summary>What queries <paramref name="first"/> to <paramref name="end"/> give.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Block(Buffers at, int first, int end, float sink)
    {
        int width = at.Width, columns = at.Columns;
        var oldest = Oldest(first);
        for (var row = first; row < end; row += L.TileRows)
        {
            float* p = at.P + (long)(row - first) * columns, d = at.DS + (long)(row - first) * columns, q = at.Q + (long)row * width, dz = at.DZ + (long)row * width;
            var last = Math.Min(end, row + L.TileRows);
            for (var key = oldest / Wide * Wide; key < last; key += Wide)
            {
                StridedKernel<L, TVector>.Tile(q, width, 1, at.TurnedK + key, columns, p + key, columns, DHead, false);
                StridedKernel<L, TVector>.Tile(dz, width, 1, at.TurnedV + key, columns, d + key, columns, DHead, false);
            }
            for (var r = row; r < last; r++) Slopes(at.P + (long)(r - first) * columns, at.DS + (long)(r - first) * columns, at.Slopes, r, columns, sink);
            for (var i = 0; i < width; i += Wide)
                StridedKernel<L, TVector>.Tile(d + oldest, columns, 1, at.K + (long)oldest * width + i, width, at.DQ + (long)row * width + i, width, last - oldest, false);
        }
        for (var key = oldest / L.TileRows * L.TileRows; key < end; key += L.TileRows)
        {
            var from = Math.Max(first, key);
            for (var i = 0; i < width; i += Wide)
            {
                var (to, terms) = ((long)key * width + i, end - from);
                StridedKernel<L, TVector>.Tile(at.DS + (long)(from - first) * columns + key, 1, columns, at.Q + (long)from * width + i, width, at.DK + to, width, terms, true);
                StridedKernel<L, TVector>.Tile(at.P + (long)(from - first) * columns + key, 1, columns, at.DZ + (long)from * width + i, width, at.DV + to, width, terms, true);
            }
        }
    }

    /// <summary>Turns a query's scores into weights and the gradients of its weights into those of its scores; keys it does not see get 0 in both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Slopes(float* p, float* d, float* slopes, int position, int columns, float sink)
    {
        int first = Oldest(position), n = position + 1 - first;
        new Span<float>(p, first).Clear();
        new Span<float>(d, first).Clear();
        p += first;
        d += first;
        for (var i = 0; i < n; i += L.Count)
        {
            var s = L.Multiply(L.Load(p + i), L.Broadcast((float)Spec.Scale));
            if (Spec.SoftCap > 0)
            {
                var cap = L.Broadcast((float)Spec.SoftCap);
                var t = RowKernel<L, TVector>.Tanh(L.Divide(s, cap));
                s = L.Multiply(cap, t);
                L.Store(slopes + i, L.Subtract(L.Broadcast(1), L.Multiply(t, t)));
            }
            L.Store(p + i, s);
        }
        new Span<float>(p + n, columns - first - n).Clear();
        new Span<float>(d + n, columns - first - n).Clear();
        var max = MathF.Max(sink, RowKernel<L, TVector>.Max(p, n));
        var inverse = 1 / (RowKernel<L, TVector>.ExpSum(p, max, p, n) + MathF.Exp(sink - max));
        for (var i = 0; i < n; i += L.Count) L.Store(p + i, L.Multiply(L.Load(p + i), L.Broadcast(inverse))); // zeros behind the last stay
        var mean = L.Broadcast(RowKernel<L, TVector>.Dot(p, d, n));
        for (var i = 0; i < n; i += L.Count)
        {
            var slope = L.Multiply(L.Load(p + i), L.Multiply(L.Subtract(L.Load(d + i), mean), L.Broadcast((float)Spec.Scale)));
            L.Store(d + i, Spec.SoftCap > 0 ? L.Multiply(slope, L.Load(slopes + i)) : slope);
        }
    }

    private readonly int Oldest(int position) => Spec.Window > 0 ? Math.Max(0, position - Spec.Window + 1) : 0;

    private static int Up(int number, int multiple) => (number + multiple - 1) / multiple * multiple;

    private readonly void CopyRows(float* from, int stride, int count, float* to, int rows, int width)
    {
        for (var row = 0; row < count; row++, from += stride, to += width)
        {
            new ReadOnlySpan<float>(from, DHead).CopyTo(new(to, DHead));
            new Span<float>(to + DHead, width - DHead).Clear();
        }
        new Span<float>(to, (rows - count) * width).Clear();
    }

    private readonly void PutRows(float* from, int width, float* to, int stride, int count)
    {
        for (var row = 0; row < count; row++, from += width, to += stride) new ReadOnlySpan<float>(from, DHead).CopyTo(new(to, DHead));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Turn(float* from, int stride, int count, float* to, int columns)
    {
        for (var i = 0; i < DHead; i++, to += columns)
        {
            for (var j = 0; j < count; j++) to[j] = from[(long)j * stride + i];
            for (var j = count; j < columns; j++) to[j] = 0;
        }
    }

    /// <summary>Memory of one part: rows of queries and keys [rows, width], turned keys and values [width, columns], weights [BlockQueries, columns] and one row more.</summary>
    private readonly struct Buffers(float* start, int rows, int width, int columns)
    {
        private readonly float* _start = start;
        private readonly long _rows = (long)rows * width, _turned = (long)width * columns;

        public int Width => width;
        public int Columns => columns;
        public float* Q => _start;
        public float* DZ => _start + _rows;
        public float* K => _start + 2 * _rows;
        public float* DQ => _start + 3 * _rows;
        public float* DK => _start + 4 * _rows;
        public float* DV => _start + 5 * _rows;
        public float* TurnedK => _start + 6 * _rows;
        public float* TurnedV => TurnedK + _turned;
        public float* P => TurnedV + _turned;
        public float* DS => P + (long)BlockQueries * columns;
        public float* Slopes => DS + (long)BlockQueries * columns;

        public static long Length(int rows, int width, int columns) => 6L * rows * width + 2L * width * columns + (2L * BlockQueries + 1) * columns;
    }
}
