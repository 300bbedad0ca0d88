using System.Runtime.Intrinsics;
using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Next-token losses of logits, and how far their distributions are from the original ones. Each row by itself, summed in f64: neither batches nor threads matter.</summary>
/// <remarks>
/// With logits a and b, log Z their log Σ exp: KL = Σ p (a − b) − (log Z_a − log Z_b), p = exp(a) / Z_a. Differences come before products, so that a small KL is not the
/// difference of large numbers, and exp(a) is kept for all runs that are compared with the original. Its naive twin, by log-probabilities, is <see cref="LogitLoss"/>.
/// </remarks>
internal sealed class NextTokenScores
{
    private const int Block = 512, RowsOfAPart = 16;
    private readonly double[] _logZ, _mass;
    private readonly Tensor _weights;
    private Tensor _original = null!;
    private int[] _rows = [], _targets = [];

    public NextTokenScores(int rows, int dVocab)
    {
        (_logZ, _mass, Losses, Divergences) = (new double[rows], new double[rows], new double[rows], new double[rows]);
        _weights = Tensor.Zeros(DType.F32, rows, dVocab);                                                 // exp(a − max)  [rows, dVocab]
    }

    /// <summary>Most rows it can score at a time.</summary>
    public int Capacity => _weights.RowCount;

    /// <summary>−log p(target) of each row last scored, nats; NaN where it has no target.</summary>
    public double[] Losses { get; }

    /// <summary>KL(original ‖ these logits) of each row last compared, nats.</summary>
    public double[] Divergences { get; }

    /// <summary>Takes the original logits [all, dVocab], which must stay as they are until the last comparison.</summary>
    /// <param name="logits">a.</param>
    /// <param name="rows">Which rows are scored.</param>
    /// <param name="targets">The next token of each; −1 where there is none.</param>
    public void Begin(Tensor logits, int[] rows, int[] targets)
    {
        (_original, _rows, _targets) = (logits, rows, targets);
        ForEachRow(Weigh);
    }

    /// <summary>Scores the logits of another run over the same rows.</summary>
    public void Compare(Tensor logits) => ForEachRow(i => Compare(logits, i));

    public void Free() => _weights.Free();

    private void ForEachRow(Action<int> score) => Parallel.For(0, (_rows.Length + RowsOfAPart - 1) / RowsOfAPart, part =>
    {
        for (var i = part * RowsOfAPart; i < Math.Min(_rows.Length, (part + 1) * RowsOfAPart); i++) score(i);
    });

    private void Weigh(int i)
    {
        ReadOnlySpan<float> a = _original.Row<float>(_rows[i]);
        var weights = _weights.Row<float>(i);
        var max = Max(a);
        TensorPrimitives.Subtract(a, max, weights);
        TensorPrimitives.Exp<float>(weights, weights);
        _mass[i] = Sum(weights);
        _logZ[i] = max + Math.Log(_mass[i]);
        Losses[i] = _targets[i] < 0 ? double.NaN : _logZ[i] - a[_targets[i]];
    }

    private void Compare(Tensor logits, int i)
    {
        ReadOnlySpan<float> b = logits.Row<float>(_rows[i]);
        var logZ = LogZ(b);
        Losses[i] = _targets[i] < 0 ? double.NaN : logZ - b[_targets[i]];
        Divergences[i] = WeightedDifference(_weights.Row<float>(i), _original.Row<float>(_rows[i]), b) / _mass[i] - (_logZ[i] - logZ);
    }

    private static double LogZ(ReadOnlySpan<float> x)
    {
        Span<float> block = stackalloc float[Block];
        var (max, sum) = (Max(x), 0.0);
        for (var at = 0; at < x.Length; at += Block)
        {
            var part = block[..Math.Min(Block, x.Length - at)];
            TensorPrimitives.Subtract(x.Slice(at, part.Length), max, part);
            TensorPrimitives.Exp<float>(part, part);
            sum += Sum(part);
        }
        return max + Math.Log(sum);
    }

    /// <summary>The largest number; rows with NaN get a NaN from what follows, so that looking for it here, as Max and TensorPrimitives do, would be for nothing.</summary>
    private static float Max(ReadOnlySpan<float> x)
    {
        var largest = Vector512.Create(float.NegativeInfinity);
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count) largest = Vector512.MaxNative(largest, Vector512.Create(x[i..]));
        var max = float.NegativeInfinity;
        for (var lane = 0; lane < Vector512<float>.Count; lane++) max = Math.Max(max, largest[lane]);
        for (; i < x.Length; i++) max = Math.Max(max, x[i]);
        return max;
    }

    private static double Sum(ReadOnlySpan<float> x)
    {
        Vector512<double> low = default, high = default;
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var (first, second) = Vector512.Widen(Vector512.Create(x[i..]));
            low += first;
            high += second;
        }
        var sum = Vector512.Sum(low + high);
        for (; i < x.Length; i++) sum += x[i];
        return sum;
    }

    /// <summary>Σ w (a − b).</summary>
    private static double WeightedDifference(ReadOnlySpan<float> w, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector512<double> low = default, high = default;
        var i = 0;
        for (; i <= w.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var (w1, w2) = Vector512.Widen(Vector512.Create(w[i..]));
            var (d1, d2) = Vector512.Widen(Vector512.Create(a[i..]) - Vector512.Create(b[i..]));
            low += w1 * d1;
            high += w2 * d2;
        }
        var sum = Vector512.Sum(low + high);
        for (; i < w.Length; i++) sum += (double)w[i] * (a[i] - b[i]);
        return sum;
    }
}
