using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    private const int PanelWidth = PackedMatrix.PanelWidth;

    /// <summary>Longest sum held in registers: a tile's rows (12 · 768 floats) then fit the first-level cache.</summary>
    private const int MaxBlockK = 768;

    /// <summary>Panels of b in one tile: 6 · 32 · 768 floats stay in the second-level cache while rows of a pass by.</summary>
    private const int TilePanels = 6;

    private const int TileRowBlock = 768;

    /// <summary>From so many rows and up to so many columns on, a is read in place.</summary>
    private const int LeastDirectRows = 24, MostDirectColumns = 4096;

    /// <summary>From so many floats on a turned a is packed: its columns, read where they lie, would come a few of a cache line's floats at a time from beyond the second-level cache.</summary>
    private const int LeastTurnedFloats = 1 << 18;

    /// <summary>From so many rows of a on b is packed: rows of b that lie a power of two apart fall into few sets of the first-level cache.</summary>
    private const int LeastPackingRows = 96;

    /// <summary>Length of one block of the sum over k: depends on k alone, so every row of every product is summed alike.</summary>
    private static int BlockK(int k)
    {
        var blocks = (k + MaxBlockK - 1) / MaxBlockK;
        return blocks <= 1 ? k : (k + blocks - 1) / blocks;
    }

    protected override void MatMulCore(Tensor a, Tensor b, Tensor c, int m, int n, int k, Transpose transpose, bool accumulate)
    {
        if (a.DType == DType.F64)
        {
            Reference.Instance.MatMul(a, b, c, transpose, accumulate);
            return;
        }
        if (m >= LeastDirectRows && k > 0 && n > 0 && n <= MostDirectColumns && !(transpose is Transpose.A or Transpose.Both && (long)m * k >= LeastTurnedFloats))
        {
            Direct(a, b, c, m, n, k, transpose, accumulate);
            return;
        }
        var panels = (n + PanelWidth - 1) / PanelWidth;
        var scratch = _scratch.Rent((long)panels * PanelWidth * k * sizeof(float));
        var pack = new PackPanelsJob { B = b.Pointer<float>(), Panels = (float*)scratch.Address, N = n, K = k, ByRows = transpose is Transpose.B or Transpose.Both };
        _pool.For(panels, ref pack, (long)n * k < SmallWork);
        Multiply(a.Pointer<float>(), (void*)scratch.Address, DType.F32, c.Pointer<float>(), m, n, k, transpose is Transpose.A or Transpose.Both, accumulate);
        _scratch.Return(scratch);
        Keep(a, b, c);
    }

    /// <summary>A product whose rows of a are met by few columns of b: packing them would cost as much as it saves.</summary>
    private void Direct(Tensor a, Tensor b, Tensor c, int m, int n, int k, Transpose transpose, bool accumulate)
    {
        var (turnedA, turnedB) = (transpose is Transpose.A or Transpose.Both, transpose is Transpose.B or Transpose.Both);
        var packs = turnedB || m >= LeastPackingRows || n % DirectProductJob<L, TVector>.Wide != 0; // whole vectors would reach beyond the last row of b
        var panels = (n + PanelWidth - 1) / PanelWidth;
        using var scratch = new Lease(_scratch, ((packs ? (long)panels * PanelWidth : 0) + L.TileRows) * k * sizeof(float));
        var job = new DirectProductJob<L, TVector>
        {
            A = a.Pointer<float>(), B = b.Pointer<float>(), C = c.Pointer<float>(), M = m, N = n, K = k, BlockK = BlockK(k), Accumulate = accumulate, Tail = (float*)scratch.Address,
            RowStep = turnedA ? 1 : k, Step = turnedA ? m : 1, IsPacked = packs,
        };
        if (packs)
        {
            var pack = new PackPanelsJob { B = job.B, Panels = job.Tail + (long)L.TileRows * k, N = n, K = k, ByRows = turnedB };
            _pool.For(panels, ref pack, (long)n * k < SmallWork);
            job.B = pack.Panels;
        }
        if (m % L.TileRows != 0) job.CopyTail();
        job.Cut(Threads);
        _pool.For(job.Parts, ref job, (long)m * n * k < 8 * SmallWork);
        Keep(a, b, c);
    }

    protected override void MatMulPackedCore(Tensor a, PackedMatrix w, Tensor c)
    {
        if (a.DType == DType.F64)
        {
            Reference.Instance.MatMul(a, w, c);
            return;
        }
        if (w.DType == DType.F64) throw ShapeException.WrongType(nameof(w), DType.F32, DType.F64);
        Multiply(a.Pointer<float>(), (void*)w.Panels.Address, w.DType, c.Pointer<float>(), a.RowCount, w.N, w.K, false, false);
        Keep(a, w, c);
    }

    protected override void MatMulStoredCore(Tensor a, Tensor w, Tensor c)
    {
        if (a.DType == DType.F64)
        {
            Reference.Instance.MatMulStored(a, w, c);
            return;
        }
        if (w.DType == DType.F64) throw ShapeException.WrongType(nameof(w), DType.F32, DType.F64);
        var job = Product(a.Pointer<float>(), w.DType, c.Pointer<float>(), a.RowCount, w.RowCount, a.Columns, false);
        if (IsEmpty(job)) return;
        var rows = PackRows(ref job, false);
        job.PanelsPerPart = StoredProductJob<L, TVector>.Share(job);
        var stored = new StoredProductJob<L, TVector> { Product = job, Weight = w };
        _pool.For(job.RowParts, ref stored, (long)job.M * job.N * job.K < 8 * SmallWork);
        if (rows is not null) _scratch.Return(rows);
        Keep(a, w, c);
    }

    protected override void PackCore(Tensor matrix, Transpose layout, PackedMatrix packed)
    {
        if (layout != Transpose.B || !Quantise(matrix, packed)) Fill(matrix, layout, packed);
    }

    private void Fill(Tensor matrix, Transpose layout, PackedMatrix packed)
    {
        var job = new PackWeightJob { Matrix = matrix, Packed = packed, Layout = layout, PanelsPerPart = PackWeightJob.Share(packed, Threads) };
        _pool.For(job.Parts, ref job);
    }

    private void Multiply(float* a, void* panels, DType type, float* c, int m, int n, int k, bool transposeA, bool accumulate)
    {
        var job = Product(a, type, c, m, n, k, accumulate);
        if (IsEmpty(job)) return;
        job.Panels = panels;
        if (PackRows(ref job, transposeA) is not { } packed)
        {
            // One row (aᵀ of one column lies the same): weights stream once. A few panels a part keep the streams long; many parts let no thread wait long for the last.
            var (panelCount, alone) = ((n + PanelWidth - 1) / PanelWidth, Threads == 1 || (long)n * k < 4 * SmallWork);
            job.PanelsPerPart = alone ? panelCount : panelCount < 8 * Threads ? 1 : Math.Max(2, (panelCount / (16 * Threads) + 1) & ~1);
            _pool.For(job.RowParts, ref job, alone);
            return;
        }
        job.PanelsPerPart = TilePanels;
        while (job.PanelsPerPart > 1 && job.TileParts < 4 * Threads) job.PanelsPerPart--; // narrow products: a part for every thread
        _pool.For(job.TileParts, ref job, (long)m * n * k < 8 * SmallWork);
        _scratch.Return(packed);
    }

    private ProductJob<L, TVector> Product(float* a, DType type, float* c, int m, int n, int k, bool accumulate) => new()
    {
        A = a, Type = type, C = c, M = m, N = n, K = k, BlockK = BlockK(k), RowBlock = TileRowBlock / L.TileRows * L.TileRows, Accumulate = accumulate, Scratch = _scratch,
    };

    /// <summary>Whether there is nothing to multiply; a sum of nothing is written.</summary>
    private static bool IsEmpty(in ProductJob<L, TVector> job)
    {
        if (job.M == 0 || job.N == 0) return true;
        if (job.K == 0 && !job.Accumulate) new Span<byte>(job.C, checked((int)((long)job.M * job.N * sizeof(float)))).Clear();
        return job.K == 0;
    }

    /// <summary>Packs the rows of a, to be returned after the product; null for one row, which is read as it lies.</summary>
    private NativeStorage? PackRows(ref ProductJob<L, TVector> job, bool transposeA)
    {
        if (job.M == 1) return null;
        var packed = _scratch.Rent(((long)job.M + L.TileRows) * job.K * sizeof(float));
        job.PackedA = (float*)packed.Address;
        var pack = new PackRowsJob<L, TVector> { A = job.A, Packed = job.PackedA, M = job.M, K = job.K, BlockK = job.BlockK, TransposeA = transposeA };
        _pool.For(pack.Parts, ref pack, (long)job.M * job.K < SmallWork);
        return packed;
    }
}
