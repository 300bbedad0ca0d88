using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Next-token losses and KL divergences from logits. Each row by itself, summed in order: the number of threads does not matter.</summary>
internal static class LogitLoss
{
    /// <summary>log softmax of each row, in place: [rows, dVocab].</summary>
    public static void Normalise(Tensor logits) => Parallel.For(0, logits.RowCount, row =>
    {
        var x = logits.Row<float>(row);
        TensorPrimitives.Subtract(x, TensorPrimitives.Max<float>(x), x);
        var sum = 0.0;
        Span<float> block = stackalloc float[1024];
        for (var i = 0; i < x.Length; i += block.Length)
        {
            var part = block[..Math.Min(block.Length, x.Length - i)];
            TensorPrimitives.Exp(x.Slice(i, part.Length), part);
            sum += TensorPrimitives.Sum<float>(part);
        }
        TensorPrimitives.Subtract(x, (float)Math.Log(sum), x);
    });

    /// <summary>Σ over <paramref name="rows"/> of −log p[target], from log-probabilities.</summary>
    public static double CrossEntropy(Tensor logProbabilities, ReadOnlySpan<int> rows, ReadOnlySpan<int> targets)
    {
        var sum = 0.0;
        for (var i = 0; i < rows.Length; i++) sum -= logProbabilities.Row<float>(rows[i])[targets[i]];
        return sum;
    }

    /// <summary>Σ over <paramref name="rows"/> of KL(p ‖ q) = Σ p (log p − log q), from log-probabilities.</summary>
    public static double Divergence(Tensor logP, Tensor logQ, int[] rows)
    {
        var each = new double[rows.Length];
        Parallel.For(0, rows.Length, i =>
        {
            ReadOnlySpan<float> p = logP.Row<float>(rows[i]), q = logQ.Row<float>(rows[i]);
            var sum = 0.0;
            Span<float> probability = stackalloc float[512];
            Span<float> difference = stackalloc float[512];
            for (var at = 0; at < p.Length; at += probability.Length)
            {
                var count = Math.Min(probability.Length, p.Length - at);
                TensorPrimitives.Exp(p.Slice(at, count), probability[..count]);
                TensorPrimitives.Subtract(p.Slice(at, count), q.Slice(at, count), difference[..count]);
                sum += TensorPrimitives.Dot<float>(probability[..count], difference[..count]);
            }
            each[i] = sum;
        });
        return each.Sum();
    }
}
