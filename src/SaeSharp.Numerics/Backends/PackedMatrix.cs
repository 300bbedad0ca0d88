namespace SaeSharp.Numerics.Backends;

/// <summary>A weight matrix [k, n] rearranged once so that products read it from front to back: panels of 32 columns, k rows each.</summary>
/// <remarks>
/// Element (i, j) stands at ((j / 32)·k + i)·32 + j mod 32; columns beyond n are zero. bf16 and f16 stay 16 bits wide and are widened by the kernels.
/// One layout serves every backend and code path, so a row of a product has the same bits whether it was computed alone or among thousands.
/// </remarks>
public sealed class PackedMatrix
{
    private readonly Tensor _panels;
    private Tensor? _unpacked;

    /// <summary>Columns of one panel.</summary>
    public const int PanelWidth = 32;

    private PackedMatrix(int k, int n, Tensor panels, ScreenedWeights? screen = null) => (K, N, _panels, Screen) = (k, n, panels, screen);

    /// <summary>Length of the sums.</summary>
    public int K { get; }

    /// <summary>Columns of the product.</summary>
    public int N { get; }

    /// <summary>Number of panels: ⌈n / 32⌉.</summary>
    public int PanelCount => _panels.Shape[0];

    /// <summary>[panels, k, 32].</summary>
    public Tensor Panels
    {
        get
        {
            if (_unpacked is not { } matrix) return _panels;
            for (var panel = 0; panel < PanelCount; panel++) FillPanel(panel, matrix, Transpose.B);
            _unpacked = null;
            return _panels;
        }
    }

    /// <summary>Type of the weights.</summary>
    public DType DType => _panels.DType;

    /// <summary>The 8-bit form; null where none is kept.</summary>
    internal ScreenedWeights? Screen { get; }

    /// <summary>The matrix [n, k] that was screened but not packed yet: the panels are filled when somebody reads them.</summary>
    internal Tensor? Unpacked => _unpacked;

    /// <summary>Room for a matrix [k, n], zeroed; fill it with <see cref="Fill"/>.</summary>
    public static PackedMatrix Empty(DType type, int k, int n) =>
        new(k, n, SharedPages.Zeros(type, (n + PanelWidth - 1) / PanelWidth, k, PanelWidth));

    /// <summary>
    /// Room for an encoder that is packed anew from [dSae, dIn] in every training step. Where <paramref name="backend"/> screens, packing makes only its 8-bit form at first;
    /// the matrix it was packed from must then stay as it is until the next packing.
    /// </summary>
    public static PackedMatrix ForEncoder(Backend backend, DType type, int dIn, int dSae)
    {
        var screening = type == DType.F32 ? backend.ScreeningOf(dIn, dSae) : Screening.Off;
        return new(dIn, dSae, Empty(type, dIn, dSae)._panels, screening == Screening.Off ? null : new(dIn, dSae, screening));
    }

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
        Forget();
        for (var panel = 0; panel < PanelCount; panel++) FillPanel(panel, matrix, layout);
    }

    /// <summary>Takes note that the 8-bit form is that of <paramref name="matrix"/> [n, k], and that the panels are not yet.</summary>
    internal void Screened(Tensor matrix) => _unpacked = Screen!.Source = matrix;

    /// <summary>Takes note that somebody filled the panels with <see cref="Unpacked"/>.</summary>
    internal void Packed() => _unpacked = null;

    /// <summary>Takes note that another matrix comes.</summary>
    internal void Forget()
    {
        if (Screen is not null) Screen.Source = null;
        _unpacked = null;
    }

    internal void RequireFits(Tensor matrix, Transpose layout)
    {
        if (layout == Transpose.B) Shape.Require(matrix, DType, [("n", N), ("k", K)]);
        else Shape.Require(matrix, DType, [("k", K), ("n", N)]);
    }

    /// <summary>Overwrites one panel; panels are independent, so threads may fill different ones.</summary>
    internal unsafe void FillPanel(int panel, Tensor matrix, Transpose layout)
    {
        switch (DType.Size())
        {
            case 2: PanelCopy.Copy((ushort*)matrix.Address, (ushort*)_panels.Address, panel, K, N, layout == Transpose.B); break;
            case 4: PanelCopy.Copy((uint*)matrix.Address, (uint*)_panels.Address, panel, K, N, layout == Transpose.B); break;
            default: PanelCopy.Copy((ulong*)matrix.Address, (ulong*)_panels.Address, panel, K, N, layout == Transpose.B); break;
        }
    }

    /// <summary>Element (i, j) as a double: for the reference backend and for tests.</summary>
    public double Value(int i, int j) => Panels.Read(IndexOf(i, j));

    internal long IndexOf(int i, int j) => ((long)(j / PanelWidth) * K + i) * PanelWidth + j % PanelWidth;
}
