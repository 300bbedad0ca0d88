using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
            for (var r = row; r < last; r++) Slopes(at.P + (long)(r - first) * columns, at.DS + (long)(r - first) * columns, at.Slopes, r, sink);
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
    /// <remarks>All in whole vectors: what they hold beside the keys that are seen is put out of play first.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Slopes(float* p, float* d, float* slopes, int position, float sink)
    {
        int oldest = Oldest(position), first = oldest / L.Count * L.Count, end = (position + L.Count) / L.Count * L.Count, n = end - first;
        var (scale, cap) = (L.Broadcast((float)Spec.Scale), L.Broadcast((float)Spec.SoftCap));
        var isCapped = Spec.SoftCap > 0;
        if (first > 0)
        {
            new Span<float>(p, first).Clear();
            new Span<float>(d, first).Clear();
        }
        for (var i = end; i < end + Wide; i += L.Count) // tiles of keys and of queries reach no further
        {
            L.Store(p + i, L.Broadcast(0));
            L.Store(d + i, L.Broadcast(0));
        }
        for (var i = first; i < end; i += L.Count)
        {
            var s = L.Multiply(L.Load(p + i), scale);
            if (isCapped)
            {
                var t = RowKernel<L, TVector>.Tanh(L.Divide(s, cap));
                s = L.Multiply(cap, t);
                L.Store(slopes + i, L.Subtract(L.Broadcast(1), L.Multiply(t, t)));
            }
            L.Store(p + i, s);
        }
        for (var i = first; i < oldest; i++) (p[i], d[i]) = (float.NegativeInfinity, 0);
        for (var i = position + 1; i < end; i++) (p[i], d[i]) = (float.NegativeInfinity, 0);
        var max = MathF.Max(sink, RowKernel<L, TVector>.Max(p + first, n));
        var inverse = L.Broadcast(1 / (RowKernel<L, TVector>.ExpSum(p + first, max, p + first, n) + (sink == float.NegativeInfinity ? 0 : MathF.Exp(sink - max))));
        for (var i = first; i < end; i += L.Count) L.Store(p + i, L.Multiply(L.Load(p + i), inverse));
        var mean = L.Broadcast(RowKernel<L, TVector>.Dot(p + first, d + first, n));
        for (var i = first; i < end; i += L.Count)
        {
            var slope = L.Multiply(L.Load(p + i), L.Multiply(L.Subtract(L.Load(d + i), mean), scale));
            L.Store(d + i, isCapped ? L.Multiply(slope, L.Load(slopes + i)) : slope);
        }
    }

    private readonly int Oldest(int position) => Spec.Window > 0 ? Math.Max(0, position - Spec.Window + 1) : 0;

    private static int Up(int number, int multiple) => (number + multiple - 1) / multiple * multiple;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CopyRows(float* from, int stride, int count, float* to, int rows, int width)
    {
        for (var row = 0; row < count; row++, from += stride, to += width)
        {
            CopyRow(from, to);
            for (var i = DHead; i < width; i++) to[i] = 0;
        }
        new Span<float>(to, (rows - count) * width).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PutRows(float* from, int width, float* to, int stride, int count)
    {
        for (var row = 0; row < count; row++, from += width, to += stride) CopyRow(from, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void CopyRow(float* from, float* to)
    {
        var i = 0;
        for (; i + L.Count <= DHead; i += L.Count) L.Store(to + i, L.Load(from + i));
        for (; i < DHead; i++) to[i] = from[i];
    }

    /// <summary>Turns rows [count, DHead] into [DHead, columns], four by four in registers, zeros behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Turn(float* from, int stride, int count, float* to, int columns)
    {
        var wholeRows = Sse.IsSupported ? count / 4 * 4 : 0;
        var wholeColumns = DHead / 4 * 4;
        for (var j = 0; j < wholeRows; j += 4)
        {
            float* a = from + (long)j * stride, b = a + stride, c = b + stride, d = c + stride;
            for (var i = 0; i < wholeColumns; i += 4)
            {
                Vector128<float> va = Vector128.Load(a + i), vb = Vector128.Load(b + i), vc = Vector128.Load(c + i), vd = Vector128.Load(d + i);
                Vector128<float> lowAb = Sse.UnpackLow(va, vb), highAb = Sse.UnpackHigh(va, vb), lowCd = Sse.UnpackLow(vc, vd), highCd = Sse.UnpackHigh(vc, vd);
                var at = to + (long)i * columns + j;
                Sse.MoveLowToHigh(lowAb, lowCd).Store(at);
                Sse.MoveHighToLow(lowCd, lowAb).Store(at + columns);
                Sse.MoveLowToHigh(highAb, highCd).Store(at + 2 * columns);
                Sse.MoveHighToLow(highCd, highAb).Store(at + 3 * columns);
            }
        }
        for (var i = 0; i < DHead; i++)
        {
            for (var j = i < wholeColumns ? wholeRows : 0; j < count; j++) to[(long)i * columns + j] = from[(long)j * stride + i];
            for (var j = count; j < columns; j++) to[(long)i * columns + j] = 0;
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
