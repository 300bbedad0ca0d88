using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Rearranges a weight matrix, a few panels a part.</summary>
/// <remarks>
/// The rows of a part come into memory in one request and, where they lie in a mapped file, leave it when they are packed: a model of several gigabytes
/// then takes its own size while it is read, not twice that.
/// </remarks>
internal struct PackWeightJob : IJob
{
    private const long PartBytes = 4 << 20;

    public Tensor Matrix;
    public PackedMatrix Packed;
    public Transpose Layout;
    public int PanelsPerPart;

    public readonly int Parts => (Packed.PanelCount + PanelsPerPart - 1) / PanelsPerPart;

    /// <summary>Panels of a part: about 4 MiB, and at least a few parts for each thread.</summary>
    public static int Share(PackedMatrix packed, int threads)
    {
        var panelBytes = Math.Max(1, (long)packed.K * PackedMatrix.PanelWidth * packed.DType.Size());
        return (int)Math.Clamp(PartBytes / panelBytes, 1, Math.Max(1, packed.PanelCount / (4 * threads)));
    }

    public readonly void Run(int part)
    {
        var first = part * PanelsPerPart;
        var end = Math.Min(Packed.PanelCount, first + PanelsPerPart);
        var rowBytes = (long)Packed.K * Packed.DType.Size();
        var start = first * PackedMatrix.PanelWidth * rowBytes;
        var bytes = (Math.Min(Packed.N, end * PackedMatrix.PanelWidth) * rowBytes) - start;
        if (Layout == Transpose.B) Matrix.EnterMemory(start, bytes);
        for (var panel = first; panel < end; panel++) Packed.FillPanel(panel, Matrix, Layout);
        if (Layout == Transpose.B) Matrix.LeaveMemory(start, bytes);
    }
}
