namespace SaeSharp.Numerics.Backends;

/// <summary>A weight matrix [k, n] rearranged once so that products read it from front to back: panels of 32 columns, k rows each.</summary>
/// <remarks>
/// Element (i, j) stands at ((j / 32)·k + i)·32 + j mod 32; columns beyond n are zero. bf16 and f16 stay 16 bits wide and are widened by the kernels.
/// One layout serves every backend and code path, so a row of a product has the same bits whether it was computed alone or among thousands.
/// </remarks>
public sealed class PackedMatrix
{
    /// <summary>Columns of one panel.</summary>
    public const int PanelWidth = 32;

    private PackedMatrix(int k, int n, Tensor panels) => (K, N, Panels) = (k, n, panels);

    /// <summary>Length of the sums.</summary>
    public int K { get; }

    /// <summary>Columns of the product.</summary>
    public int N { get; }

    /// <summary>Number of panels: ⌈n / 32⌉.</summary>
    public int PanelCount => Panels.Shape[0];

    /// <summary>[panels, k, 32].</summary>
    public Tensor Panels { get; }

    /// <summary>Room for a matrix [k, n], zeroed; fill it with <see cref="Fill"/>.</summary>
    public static PackedMatrix Empty(DType type, int k, int n) =>
        new(k, n, SharedPages.Zeros(type, (n + PanelWidth - 1) / PanelWidth, k, PanelWidth));

    /// <summary>Packs <paramref name="matrix"/> [k, n], or with <see cref="Transpose.B"/> [n, k].</summary>
    public static PackedMatrix Of(Tensor matrix, Transpose layout = Transpose.None)
    {
        var byRows = layout == Transpose.B;
        var packed = Empty(matrix.DType, byRows ? matrix.Columns : matrix.RowCount, byRows ? matrix.RowCount : matrix.Columns);
        packed.Fill(matrix, layout);
        return packed;
    }

    /// <summary>Overwrites the panels with <paramref name="matrix"/> [k, n] (or [n, k] with <see cref="Transpose.B"/>) of the same type.</summary>
    public void Fill(Tensor matrix, Transpose layout = Transpose.None)
    {
        RequireFits(matrix, layout);
        for (var panel = 0; panel < PanelCount; panel++) FillPanel(panel, matrix, layout);
    }

    internal void RequireFits(Tensor matrix, Transpose layout)
    {
        if (layout == Transpose.B) Shape.Require(matrix, Panels.DType, [("n", N), ("k", K)]);
        else Shape.Require(matrix, Panels.DType, [("k", K), ("n", N)]);
    }

    /// <summary>Overwrites one panel; panels are independent, so threads may fill different ones.</summary>
    internal unsafe void FillPanel(int panel, Tensor matrix, Transpose layout)
    {
        switch (Panels.DType.Size())
        {
            case 2: PanelCopy.Copy((ushort*)matrix.Address, (ushort*)Panels.Address, panel, K, N, layout == Transpose.B); break;
            case 4: PanelCopy.Copy((uint*)matrix.Address, (uint*)Panels.Address, panel, K, N, layout == Transpose.B); break;
            default: PanelCopy.Copy((ulong*)matrix.Address, (ulong*)Panels.Address, panel, K, N, layout == Transpose.B); break;
        }
    }

    /// <summary>Element (i, j) as a double: for the reference backend and for tests.</summary>
    public double Value(int i, int j) => Panels.Read(IndexOf(i, j));

    internal long IndexOf(int i, int j) => ((long)(j / PanelWidth) * K + i) * PanelWidth + j % PanelWidth;
}
