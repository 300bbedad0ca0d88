using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

internal sealed partial class StandardStep
{
    private readonly double[] _slopes = new double[setting.BatchSize]; // ∂v of each row, but for v^(p−1)

    protected override (Tensor? Bias, Tensor? Thresholds) Gate => (Weights.EncoderBias.Value, null);

    protected override Tensor Activate(RaggedBlock block)
    {
        if (Setting.Type == DType.F64) RaggedForwardJob<double>.Run(this, block);
        else RaggedForwardJob<float>.Run(this, block);
        return Ragged.Code.Values; // what is above 0 is itself
    }

    protected override void Backward(RaggedBlock block)
    {
        if (Setting.Type == DType.F64) RaggedBackwardJob<double>.Run(this, block);
        else RaggedBackwardJob<float>.Run(this, block);
    }

    /// <summary>Counts the entries of each row, and measures them where rows need a length.</summary>
    private readonly struct RaggedForwardJob<T>(StandardStep step, RaggedBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(StandardStep step, RaggedBlock block)
        {
            var job = new RaggedForwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.RowParts(block.Rows), ref job);
        }

        public void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, block.Rows);
            var starts = step.Ragged.Code.Starts;
            for (var row = first; row < end; row++)
            {
                var to = block.Start + row;
                step.Active[to] = starts[row + 1] - starts[row];
                if (!step.HasLengths) continue;
                step._lengths[to] = Length(starts[row], starts[row + 1], step.P);
                step._slopes[to] = step.Price * (step.Options.Penalty.WithoutRoot ? step.P : Math.Pow(step._lengths[to], 1 - step.P));
                if (step._annealed?.Next is { } next) step._nextLengths[to] = Length(starts[row], starts[row + 1], next);
            }
        }

        private double Length(int start, int end, double p)
        {
            ReadOnlySpan<T> norms = step.Norms.Span<T>(), f = step.Ragged.Code.Values.Span<T>();
            ReadOnlySpan<int> latents = step.Ragged.Code.Indices.Span<int>();
            var sum = 0.0;
            for (var i = start; i < end; i++) sum += Math.Pow(double.CreateTruncating(f[i] * norms[latents[i]]), p);
            return step.Options.Penalty.WithoutRoot ? sum : Math.Pow(sum, 1 / p);
        }
    }

    /// <summary>What <see cref="BackwardJob{T}"/> does, entries of a latent by entries of a latent: rows in the same order.</summary>
    private readonly struct RaggedBackwardJob<T>(StandardStep step, RaggedBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(StandardStep step, RaggedBlock block)
        {
            var job = new RaggedBackwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.LatentParts(step.Setting.DSae), ref job);
        }

        public void Run(int part)
        {
            var (first, width) = LatentJobs.Latents(part, step.Setting.DSae);
            var (code, order, p, start) = (step.Ragged.Code, step.Ragged.Order, step.P, block.Start);
            ReadOnlySpan<int> starts = order.Starts, entries = order.Entries, rows = order.Rows;
            ReadOnlySpan<T> values = code.Values.Span<T>(), norms = step.Norms.Span<T>();
            Span<T> slopes = code.Gradients.Span<T>(), dNorms = step.NormGradient.Span<T>(), sums = step.LatentSums.Span<T>(), dBias = step.Weights.EncoderBias.Gradient.Span<T>();
            var (error, price) = (T.CreateTruncating(step.ErrorSlope), T.CreateTruncating(step.Price));
            for (var latent = first; latent < first + width; latent++)
            {
                var (norm, dNorm, sum, bias) = (norms[latent], dNorms[latent], sums[latent], dBias[latent]);
                for (var at = starts[latent]; at < starts[latent + 1]; at++)
                {
                    var entry = entries[at];
                    var f = values[entry];
                    var dv = p == 1 ? price : T.CreateTruncating(step._slopes[start + rows[at]]) * T.CreateTruncating(Math.Pow(double.CreateTruncating(f * norm), p - 1));
                    var d = error * slopes[entry] + dv * norm;
                    slopes[entry] = d;
                    (dNorm, sum, bias) = (dNorm + dv * f, sum + f, bias + d);
                }
                (dNorms[latent], sums[latent], dBias[latent]) = (dNorm, sum, bias);
            }
        }
    }
}
