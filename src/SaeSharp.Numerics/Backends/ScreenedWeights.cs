namespace SaeSharp.Numerics.Backends;

/// <summary>An encoder in 8-bit integers: ŵ_f = Steps[f] · q_f with q in [−127, 127], and bounds on what that leaves out.</summary>
/// <remarks>
/// With x̂ likewise, |x·w − x̂·ŵ| ≤ ‖x‖‖w − ŵ‖ + ‖x − x̂‖‖ŵ‖ (Cauchy–Schwarz). All norms here are rounded up. Made anew at each <see cref="Backend.Pack(Tensor, Transpose, PackedMatrix)"/>.
/// </remarks>
internal sealed unsafe class ScreenedWeights(int k, int n, Screening screening)
{
    /// <summary>Latents of one panel.</summary>
    public const int PanelWidth = PackedMatrix.PanelWidth;

    private readonly Tensor _panels = Tensor.Zeros(DType.I32, PanelCountOf(n), GroupsOf(k), PanelWidth);
    private readonly Tensor _numbers = Tensor.Zeros(DType.F32, 5, PanelCountOf(n) * PanelWidth);

    /// <summary>Quadruples of inputs: ⌈k / 4⌉.</summary>
    public int Groups { get; } = GroupsOf(k);

    public int PanelCount { get; } = PanelCountOf(n);

    /// <summary>[panels, groups, 32, 4]: the four weights that a quadruple of inputs meets lie together.</summary>
    public sbyte* Panels => (sbyte*)_panels.Pointer<int>();

    /// <summary>[n]: size of one step of q.</summary>
    public float* Steps => Numbers(0);

    /// <summary>[n]: ‖w − ŵ‖.</summary>
    public float* Errors => Numbers(1);

    /// <summary>[n]: ‖ŵ‖.</summary>
    public float* Norms => Numbers(2);

    /// <summary>[n]: ‖w‖.</summary>
    public float* FullNorms => Numbers(3);

    /// <summary>[n]: Σ q.</summary>
    public int* Sums => (int*)Numbers(4);

    /// <summary>The weights themselves, [n, k]; null where a panel holds numbers beyond the range in which the bounds hold, or after <see cref="PackedMatrix.Fill"/>.</summary>
    public Tensor? Source { get; set; }

    /// <summary>Whether the next encoding should use it.</summary>
    public bool IsReady => Source is not null;

    /// <summary>Whether it is worth its cost.</summary>
    public ScreeningTrial Trial { get; } = new(screening);

    private float* Numbers(int which) => _numbers.Pointer<float>() + (long)which * PanelCount * PanelWidth;

    private static int GroupsOf(int k) => (k + 3) / 4;

    private static int PanelCountOf(int n) => (n + PanelWidth - 1) / PanelWidth;
}
