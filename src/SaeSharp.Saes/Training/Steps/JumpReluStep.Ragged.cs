using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

internal sealed partial class JumpReluStep
{
    private readonly Tensor _lowest;
    private readonly EntryNumbers _entryLatents;

    /// <summary>Entries keep pre, from a little below the lowest that θ gets a gradient from; of the dead, which may be drawn up from anywhere, all.</summary>
    protected override (Tensor? Bias, Tensor? Thresholds) Gate => (Weights.EncoderBias.Value, _lowest);

    /// <summary>dictionary_learning's step of f is near θ where f is 0 and θ small: for latents that have no entry.</summary>
    internal override bool CanBeSparse => !_ofBatch;

    protected override Tensor Activate(RaggedBlock block)
    {
        var latents = _entryLatents.Of(Ragged.Code); // grown before threads look at it
        if (Setting.Type == DType.F64) RaggedForwardJob<double>.Run(this, block);
        else RaggedForwardJob<float>.Run(this, block);
        return latents;
    }

    protected override void Backward(RaggedBlock block)
    {
        if (Setting.Type == DType.F64) RaggedBackwardJob<double>.Run(this, block);
        else RaggedBackwardJob<float>.Run(this, block);
    }

    private void FindLowest<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> thresholds = _threshold.Value.Span<T>(), dead = _deadMask.Span<T>();
        var lowest = _lowest.Span<T>();
        var reach = T.CreateTruncating(0.51 * _bandwidth);
        for (var f = 0; f < lowest.Length; f++) lowest[f] = _anyDead && !T.IsZero(dead[f]) ? T.NegativeInfinity : T.BitDecrement(thresholds[f] - reach);
    }

    private readonly struct RaggedForwardJob<T>(JumpReluStep step, RaggedBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(JumpReluStep step, RaggedBlock block)
        {
            var job = new RaggedForwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.RowParts(block.Rows), ref job);
        }

        public void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, block.Rows);
            var code = step.Ragged.Code;
            ReadOnlySpan<int> starts = code.Starts, latents = code.Indices.Span<int>();
            ReadOnlySpan<T> z = code.Values.Span<T>(), thresholds = step._threshold.Value.Span<T>();
            var f = step._entryLatents.Of(code).Span<T>();
            for (var row = first; row < end; row++)
            {
                var active = 0;
                for (var i = starts[row]; i < starts[row + 1]; i++)
                {
                    f[i] = z[i] > thresholds[latents[i]] ? z[i] : T.Zero;
                    active += f[i] > T.Zero ? 1 : 0;
                }
                step.Active[block.Start + row] = active;
            }
        }
    }

    /// <summary>What <see cref="BackwardJob{T}"/> does, entries of a latent by entries of a latent: rows in the same order.</summary>
    private readonly struct RaggedBackwardJob<T>(JumpReluStep step, RaggedBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(JumpReluStep step, RaggedBlock block)
        {
            var job = new RaggedBackwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.LatentParts(step.Setting.DSae), ref job);
            var code = step.Ragged.Code;
            step.Ragged.Order.DropZeros<T>(step._entryLatents.Of(code).Span<T>(), code.Gradients.Span<T>());
        }

        public void Run(int part)
        {
            var (first, width) = LatentJobs.Latents(part, step.Setting.DSae);
            for (var latent = first; latent < first + width; latent++)
            {
                Walk(part, latent);
                if (step._anyDead && !T.IsZero(step._deadMask.Span<T>()[latent])) AddLack(part, latent);
            }
        }

        private void Walk(int part, int latent)
        {
            var (code, order) = (step.Ragged.Code, step.Ragged.Order);
            ReadOnlySpan<int> starts = order.Starts, entries = order.Entries, rows = order.Rows;
            ReadOnlySpan<T> values = code.Values.Span<T>(), latents = step._entryLatents.Of(code).Span<T>();
            var slopes = code.Gradients.Span<T>();
            var (threshold, norm, bandwidth) = (step._threshold.Value.Span<T>()[latent], step.Norms.Span<T>()[latent], T.CreateTruncating(step._bandwidth));
            ref var dThreshold = ref step._threshold.Gradient.Span<T>()[latent];
            ref var dBias = ref step.Weights.EncoderBias.Gradient.Span<T>()[latent];
            ref var sum = ref step.LatentSums.Span<T>()[latent];
            ref var dNorm = ref step.NormGradient.Span<T>()[latent];
            var (half, error, straight) = (T.CreateTruncating(0.5), T.CreateTruncating(step.ErrorSlope), step.Jump.StraightThroughInput);
            var isTanh = step.Jump.Penalty == JumpReluPenalty.Tanh;
            var scale = T.CreateTruncating(step.Jump.TanhScale);
            var tanhPrice = T.CreateTruncating(step.Coefficient / step.Setting.BatchSize * step.Jump.TanhScale);
            for (var at = starts[latent]; at < starts[latent + 1]; at++)
            {
                var entry = entries[at];
                var (z, f, d) = (values[entry], latents[entry], error * slopes[entry]);
                if (isTanh)
                {
                    var t = T.IsZero(f) ? T.Zero : T.Tanh(scale * f * norm);
                    var dv = tanhPrice * (T.One - t * t);
                    d += dv * norm;
                    dNorm += dv * f;
                    step._tanhs[part] += double.CreateTruncating(t);
                }
                var price = T.CreateTruncating(step.StepPrice(step.Active[block.Start + rows[at]]));
                var slope = T.Abs((z - threshold) / bandwidth) < half ? (threshold * d + price) / bandwidth : T.Zero;
                dThreshold -= slope;
                d = (z > threshold ? d : T.Zero) + (straight ? slope : T.Zero);
                dBias += d;
                sum += f;
                slopes[entry] = d;
            }
        }

        private void AddLack(int part, int latent)
        {
            var (code, order, weight) = (step.Ragged.Code, step.Ragged.Order, T.CreateTruncating(step.Jump.PreActCoefficient / step.Setting.BatchSize));
            ReadOnlySpan<int> starts = order.Starts, entries = order.Entries;
            var (threshold, norm, count, lack) = (step._threshold.Value.Span<T>()[latent], step.Norms.Span<T>()[latent], 0, T.Zero);
            for (var at = starts[latent]; at < starts[latent + 1]; at++)
            {
                var missing = threshold - code.Values.Span<T>()[entries[at]];
                if (missing <= T.Zero) continue;
                code.Gradients.Span<T>()[entries[at]] -= weight * norm;
                (count, lack) = (count + 1, lack + missing);
            }
            AddLackSums(step, part, latent, weight, count, lack);
        }
    }
}
