using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>c = a·b over packed panels, cut into parts: panels for a single row, tiles of rows × panels otherwise.</summary>
internal unsafe struct ProductJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Width = PackedMatrix.PanelWidth;

    public float* A, PackedA, C;
    public void* Panels;
    public DType Type;
    public int M, N, K, BlockK, RowBlock, PanelsPerPart;
    public bool Accumulate;
    public ScratchPool Scratch;

    private readonly int PanelCount => (N + Width - 1) / Width;
    public readonly int RowParts => (PanelCount + PanelsPerPart - 1) / PanelsPerPart;
    public readonly int TileParts => RowParts * RowBlocks;
    public readonly int RowBlocks => (M + RowBlock - 1) / RowBlock;

    public readonly void Run(int part)
    {
        // Panels outermost: parts that run at the same time read different weights and the same rows.
        var first = (PackedA == null ? part : part / RowBlocks) * PanelsPerPart;
        var end = Math.Min(PanelCount, first + PanelsPerPart);
        var wide = Type == DType.F32 || (PackedA == null && Type == DType.BF16) ? null : Scratch.Rent((long)(PackedA == null ? 1 : PanelsPerPart) * BlockK * Width * sizeof(float));
        for (var k0 = 0; k0 < K; k0 += BlockK)
        {
            var k = Math.Min(BlockK, K - k0);
            if (PackedA == null) Row(first, end, k0, k, wide);
            else Tile(part % RowBlocks * RowBlock, first, end, k0, k, wide);
        }
        if (wide is not null) Scratch.Return(wide);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(int first, int end, int k0, int k, NativeStorage? wide)
    {
        var edge = stackalloc float[Width];
        var add = Accumulate || k0 > 0;
        for (var p = first; p < end; p++)
        {
            var c = C + (long)p * Width;
            if (N - p * Width < Width)
            {
                RowPanel(p, k0, k, edge, false, wide);
                PutEdge(edge, c, N - p * Width, add);
            }
            else if (Type != DType.F16 && p + 1 < end && N - p * Width >= 2 * Width)
            {
                if (Type == DType.F32) GemvKernel<L, TVector>.TwoPanels(A + k0, Panel(p, k0), Panel(p + 1, k0), c, k, add);
                else GemvKernel<L, TVector>.TwoPanels(A + k0, (BFloat16*)Panels + Offset(p, k0), (BFloat16*)Panels + Offset(p + 1, k0), c, k, add);
                p++;
            }
            else
            {
                RowPanel(p, k0, k, c, add, wide);
            }
        }
    }

    private readonly void RowPanel(int p, int k0, int k, float* c, bool add, NativeStorage? wide)
    {
        if (Type == DType.BF16) GemvKernel<L, TVector>.Panel(A + k0, (BFloat16*)Panels + Offset(p, k0), c, k, add);
        else GemvKernel<L, TVector>.Panel(A + k0, Type == DType.F32 ? Panel(p, k0) : Widened(p, k0, k, (float*)wide!.Address), c, k, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Tile(int firstRow, int first, int end, int k0, int k, NativeStorage? wide)
    {
        var edge = stackalloc float[12 * Width];
        var rows = Math.Min(M, firstRow + RowBlock);
        var tiles = (M + L.TileRows - 1) / L.TileRows;
        var add = Accumulate || k0 > 0;
        for (var p = first; wide is not null && p < end; p++) Widened(p, k0, k, (float*)wide.Address + (long)(p - first) * k * Width);

        for (var row = firstRow; row < rows; row += L.TileRows)
        {
            var a = PackedA + (long)k0 * tiles * L.TileRows + (long)row * k;
            for (var p = first; p < end; p++)
            {
                var b = wide is null ? Panel(p, k0) : (float*)wide.Address + (long)(p - first) * k * Width;
                var c = C + (long)row * N + (long)p * Width;
                var width = Math.Min(Width, N - p * Width);
                if (width == Width && M - row >= L.TileRows)
                {
                    GemmKernel<L, TVector>.Panel(a, b, c, N, k, add);
                    continue;
                }
                if (M - row <= 4) GemmKernel<L, TVector>.FewRows(a, b, edge, Width, k);
                else GemmKernel<L, TVector>.Panel(a, b, edge, Width, k, false);
                for (var r = 0; r < Math.Min(L.TileRows, M - row); r++) PutEdge(edge + r * Width, c + (long)r * N, width, add);
            }
        }
    }

    private static void PutEdge(float* from, float* to, int count, bool add)
    {
        for (var i = 0; i < count; i++) to[i] = add ? to[i] + from[i] : from[i];
    }

    private readonly long Offset(int p, int k0) => ((long)p * K + k0) * Width;

    private readonly float* Panel(int p, int k0) => (float*)Panels + Offset(p, k0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly float* Widened(int p, int k0, int k, float* to)
    {
        var target = new Span<float>(to, k * Width);
        if (Type == DType.F16)
        {
            TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>((Half*)Panels + Offset(p, k0), k * Width), target);
            return to;
        }
        var from = (BFloat16*)Panels + Offset(p, k0);
        for (var i = 0; i < k * Width; i += L.Count) L.Store(to + i, L.Load(from + i));
        return to;
    }
}

/// <summary>Packs the rows of a into tiles [k][TileRows] for each block of k, zeros below the last row.</summary>
internal unsafe struct PackRowsJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    public float* A, Packed;
    public int M, K, BlockK;
    public bool TransposeA;

    /// <summary>Tiles of one part where columns are packed: whole cache lines of each row, several in a row, are then read at once. Rows a multiple of 4 KiB apart would push each other out of the cache.</summary>
    private const int ColumnTiles = 8;

    /// <summary>Rows ahead that are fetched: no prefetcher of the processor follows steps of whole pages.</summary>
    private const int Ahead = 8, LineFloats = 16;

    private readonly int Tiles => (M + L.TileRows - 1) / L.TileRows;

    public readonly int Parts => TransposeA ? (Tiles + ColumnTiles - 1) / ColumnTiles : Tiles;

    public readonly void Run(int part)
    {
        for (var k0 = 0; k0 < K; k0 += BlockK)
        {
            var k = Math.Min(BlockK, K - k0);
            var to = Packed + (long)k0 * Tiles * L.TileRows;
            if (TransposeA) PackColumns(part * ColumnTiles, Math.Min(Tiles, (part + 1) * ColumnTiles), k0, k, to);
            else PackRows(part * L.TileRows, k0, k, to + (long)part * L.TileRows * k);
        }
    }

    private readonly void PackRows(int first, int k0, int k, float* to)
    {
        var r = 0;
        for (; Sse.IsSupported && r + 4 <= L.TileRows && first + r + 4 <= M; r += 4) PackFour(A + (long)(first + r) * K + k0, k, to + r);
        for (; r < L.TileRows; r++) PackOne(first + r < M ? A + (long)(first + r) * K + k0 : null, k, to + r);
    }

    /// <summary>Four rows in blocks of 4 × 4, turned in registers: a quarter of the stores of one row at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackFour(float* a, int k, float* to)
    {
        float* b = a + K, c = b + K, d = c + K;
        var j = 0;
        for (; j + 4 <= k; j += 4, to += 4 * L.TileRows)
        {
            Vector128<float> va = Vector128.Load(a + j), vb = Vector128.Load(b + j), vc = Vector128.Load(c + j), vd = Vector128.Load(d + j);
            Vector128<float> lowAb = Sse.UnpackLow(va, vb), highAb = Sse.UnpackHigh(va, vb), lowCd = Sse.UnpackLow(vc, vd), highCd = Sse.UnpackHigh(vc, vd);
            Sse.MoveLowToHigh(lowAb, lowCd).Store(to);
            Sse.MoveHighToLow(lowCd, lowAb).Store(to + L.TileRows);
            Sse.MoveLowToHigh(highAb, highCd).Store(to + 2 * L.TileRows);
            Sse.MoveHighToLow(highCd, highAb).Store(to + 3 * L.TileRows);
        }
        for (; j < k; j++, to += L.TileRows) (to[0], to[1], to[2], to[3]) = (a[j], b[j], c[j], d[j]);
    }

    /// <summary>One row, or zeros where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackOne(float* row, int k, float* to)
    {
        for (var j = 0; j < k; j++, to += L.TileRows) *to = row == null ? 0 : row[j];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackColumns(int firstTile, int endTile, int k0, int k, float* to)
    {
        for (var i = 0; i < k; i++)
        {
            var row = A + (long)(k0 + i) * M;
            if (Sse.IsSupported && i + Ahead < k)
                for (var j = firstTile * L.TileRows; j < Math.Min(M, endTile * L.TileRows); j += LineFloats) Sse.Prefetch0(row + (long)Ahead * M + j);
            for (var tile = firstTile; tile < endTile; tile++)
            {
                float* from = row + tile * L.TileRows, target = to + ((long)tile * k + i) * L.TileRows;
                var count = Math.Min(L.TileRows, M - tile * L.TileRows);
                if (count == L.TileRows) Copy(from, target);
                else
                    for (var r = 0; r < L.TileRows; r++) target[r] = r < count ? from[r] : 0;
            }
        }
    }

    /// <summary>12 or 6 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* from, float* to)
    {
        Vector128.Load(from).Store(to);
        if (L.TileRows == 12)
        {
            Vector128.Load(from + 4).Store(to + 4);
            Vector128.Load(from + 8).Store(to + 8);
        }
        else
        {
            Vector64.Load(from + 4).Store(to + 4);
        }
    }
}

/// <summary>Packs b [k, n], or by rows [n, k], into panels for one product.</summary>
internal unsafe struct PackPanelsJob : IJob
{
    public float* B, Panels;
    public int N, K;
    public bool ByRows;

    public readonly void Run(int part) => PanelCopy.Copy((uint*)B, (uint*)Panels, part, K, N, ByRows);
}
