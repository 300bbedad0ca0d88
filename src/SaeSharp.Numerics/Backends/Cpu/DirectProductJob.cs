using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>c = a·b where a is read in place, turned or not, and b in place or from packed panels: for products so narrow that packing would cost as much as it saves.</summary>
/// <remarks>Each element is summed as in <see cref="ProductJob{L, TVector}"/>, so both give the same bits.</remarks>
internal unsafe struct DirectProductJob<L, TVector> : IJob where L : ILanes<TVector> where TVector : struct
{
    /// <summary>Floats of b that one part keeps at hand in the second-level cache.</summary>
    private const int PartFloats = 1 << 17;

    private const int Panel = PackedMatrix.PanelWidth;

    public float* A, Tail, B, C;

    /// <summary>Steps in a from one row of the product to the next, and along its sum.</summary>
    public nint RowStep, Step;

    public int M, N, K, BlockK, TilesPerPart, PanelsPerPart;

    /// <summary>Whether b lies in the panels of a <see cref="PackedMatrix"/> instead of in rows of n.</summary>
    public bool IsPacked;

    public bool Accumulate;

    /// <summary>Columns of a tile.</summary>
    public static int Wide => 2 * L.Count;

    private readonly int Tiles => (M + L.TileRows - 1) / L.TileRows;
    private readonly int Panels => (N + Wide - 1) / Wide;
    private readonly int PanelParts => (Panels + PanelsPerPart - 1) / PanelsPerPart;
    public readonly int Parts => (Tiles + TilesPerPart - 1) / TilesPerPart * PanelParts;

    /// <summary>Cuts the product: a part's share of b stays in the cache, and each thread gets several parts.</summary>
    public void Cut(int threads)
    {
        PanelsPerPart = Math.Clamp(PartFloats / (BlockK * Wide), 1, Panels);
        TilesPerPart = Math.Max(1, Tiles * PanelParts / (8 * threads));
        if (TilesPerPart == 1 && Tiles * PanelParts < 8 * threads) PanelsPerPart = Math.Max(1, PanelsPerPart * Tiles * PanelParts / (8 * threads));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        var firstTile = part / PanelParts * TilesPerPart;
        var firstPanel = part % PanelParts * PanelsPerPart;
        int lastTile = Math.Min(Tiles, firstTile + TilesPerPart), lastPanel = Math.Min(Panels, firstPanel + PanelsPerPart);
        var edge = stackalloc float[12 * Wide];
        nint bStep = IsPacked ? Panel : N;
        for (var k0 = 0; k0 < K; k0 += BlockK)
        {
            var k = Math.Min(BlockK, K - k0);
            var add = Accumulate || k0 > 0;
            for (var tile = firstTile; tile < lastTile; tile++)
            {
                var row = tile * L.TileRows;
                var rows = Math.Min(L.TileRows, M - row);
                var isWhole = rows == L.TileRows;
                var (rowStep, step) = isWhole ? (RowStep, Step) : (1, L.TileRows);
                var a = isWhole ? A + row * RowStep + k0 * Step : Tail + (nint)k0 * L.TileRows;
                for (var panel = firstPanel; panel < lastPanel; panel++)
                {
                    var b = B + (IsPacked ? (nint)(panel * Wide / Panel) * K * Panel + panel * Wide % Panel : panel * Wide) + k0 * bStep;
                    var c = C + (nint)row * N + panel * Wide;
                    var width = Math.Min(Wide, N - panel * Wide);
                    if (isWhole && width == Wide)
                    {
                        StridedKernel<L, TVector>.Tile(a, rowStep, step, b, bStep, c, N, k, add);
                        continue;
                    }
                    StridedKernel<L, TVector>.Tile(a, rowStep, step, b, bStep, edge, Wide, k, false);
                    for (var r = 0; r < rows; r++)
                        for (var i = 0; i < width; i++)
                            c[(nint)r * N + i] = add ? c[(nint)r * N + i] + edge[r * Wide + i] : edge[r * Wide + i];
                }
            }
        }
    }

    /// <summary>Copies the rows that fill no tile to <see cref="Tail"/>, [k][TileRows], zeros below the last.</summary>
    public readonly void CopyTail()
    {
        var first = M / L.TileRows * L.TileRows;
        for (nint i = 0; i < K; i++)
            for (var r = 0; r < L.TileRows; r++)
                Tail[i * L.TileRows + r] = first + r < M ? A[(first + r) * RowStep + i * Step] : 0;
    }
}
