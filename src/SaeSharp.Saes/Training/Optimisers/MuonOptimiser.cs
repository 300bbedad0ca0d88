using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Optimisers;

/// <summary>Muon: the momentum of a matrix, made nearly orthogonal before each step, so that all its directions learn alike. Vectors learn by Adam.</summary>
/// <remarks>
/// Jordan et al. 2024, <see href="https://kellerjordan.github.io/posts/muon"/>: m ← μ·m + (1 − μ)·∂W, u = μ·m + (1 − μ)·∂W (Nesterov), five steps of the Newton–Schulz iteration
/// X ← aX + (b·XXᵀ + c·(XXᵀ)²)X from X = u/‖u‖, W ← W − α·√max(1, rows/columns)·X. The products are of the smaller side.
/// </remarks>
internal sealed class MuonOptimiser(OptimiserOptions options, Backend backend) : Optimiser(options, backend)
{
    private const int Iterations = 5;
    private const double A = 3.4445, B = -4.7750, C = 2.0315;
    private static readonly string[] MatrixMoments = ["momentum"];
    private readonly AdamOptimiser _vectors = new(options, backend);
    private readonly List<Scratch> _scratch = []; // one for each shape

    public override IReadOnlyList<string> MomentNames(int rank) => rank == 2 ? MatrixMoments : _vectors.MomentNames(rank);

    public override void Step(TrainedTensor weight, OptimiserStep step)
    {
        if (weight.Value.Rank != 2)
        {
            _vectors.Step(weight, step);
            return;
        }
        var (scratch, momentum, mu) = (ScratchOf(weight.Value), weight.Moments[0], Options.Momentum);
        var (x, y) = (scratch.X, scratch.Y);
        Backend.Scale(momentum, mu, momentum);
        Backend.Scale(weight.Gradient, (1 - mu) * step.GradientScale, x);
        Backend.Add(momentum, x, momentum);                                   // m
        Backend.Scale(momentum, mu, y);
        Backend.Add(x, y, x);                                                 // u
        Backend.Scale(x, 1 / (Math.Sqrt(Backend.SumOfSquares(x)) + 1e-7), x);
        var isTall = x.RowCount > x.Columns;
        for (var i = 0; i < Iterations; i++)
        {
            Backend.MatMul(x, x, scratch.Gram, isTall ? Transpose.A : Transpose.B);
            Backend.MatMul(scratch.Gram, scratch.Gram, scratch.Square);
            Backend.Scale(scratch.Gram, B, scratch.Gram);
            Backend.Scale(scratch.Square, C, scratch.Square);
            Backend.Add(scratch.Gram, scratch.Square, scratch.Gram);          // b·G + c·G²
            if (isTall) Backend.MatMul(x, scratch.Gram, y);
            else Backend.MatMul(scratch.Gram, x, y);
            Backend.Scale(x, A, x);
            Backend.Add(x, y, x);
        }
        if (Options.WeightDecay > 0) Backend.Scale(weight.Value, 1 - step.Rate * Options.WeightDecay, weight.Value);
        Backend.Scale(x, -step.Rate * Math.Sqrt(Math.Max(1, (double)x.RowCount / x.Columns)), x);
        Backend.Add(weight.Value, x, weight.Value);
    }

    private Scratch ScratchOf(Tensor weight)
    {
        foreach (var known in _scratch)
            if (known.X.DType == weight.DType && known.X.Shape.SequenceEqual(weight.Shape)) return known;
        var side = Math.Min(weight.RowCount, weight.Columns);
        Tensor Zeros(params ReadOnlySpan<int> shape) => Tensor.Zeros(weight.DType, shape);
        _scratch.Add(new(Zeros(weight.Shape), Zeros(weight.Shape), Zeros(side, side), Zeros(side, side)));
        return _scratch[^1];
    }

    private sealed record Scratch(Tensor X, Tensor Y, Tensor Gram, Tensor Square);
}
