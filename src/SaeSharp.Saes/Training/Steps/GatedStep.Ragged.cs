using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

internal sealed partial class GatedStep
{
    private readonly Tensor _minusGateBias;
    private readonly EntryNumbers _entryLatents, _entryGates, _entryGateGradients;

    /// <summary>z &gt; −b_gate, which z + b_gate &gt; 0 is however it is rounded: entries keep z.</summary>
    protected override (Tensor? Bias, Tensor? Thresholds) Gate => (null, _minusGateBias);

    protected override Tensor Activate(RaggedBlock block)
    {
        var (latents, _) = (_entryLatents.Of(Ragged.Code), _entryGates.Of(Ragged.Code)); // grown before threads look at them
        if (Setting.Type == DType.F64) RaggedForwardJob<double>.Run(this, block);
        else RaggedForwardJob<float>.Run(this, block);
        return latents;
    }

    protected override void Backward(RaggedBlock block)
    {
        var code = Ragged.Code;
        _auxSquares += Reconstruct(block, _entryGates.Of(code), block.Residual, _entryGateGradients.Of(code), learns: Options.Convention != Convention.DictionaryLearning);
        if (Setting.Type == DType.F64) RaggedBackwardJob<double>.Run(this, block);
        else RaggedBackwardJob<float>.Run(this, block);
    }

    private readonly struct RaggedForwardJob<T>(GatedStep step, RaggedBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(GatedStep step, RaggedBlock block)
        {
            var job = new RaggedForwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.RowParts(block.Rows), ref job);
        }

        public void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, block.Rows);
            var code = step.Ragged.Code;
            ReadOnlySpan<int> starts = code.Starts, latents = code.Indices.Span<int>();
            ReadOnlySpan<T> z = code.Values.Span<T>(), bGate = step.Weights.EncoderBias.Value.Span<T>(), bMag = step._bMag.Value.Span<T>(), scales = step._scales.Span<T>();
            Span<T> f = step._entryLatents.Of(code).Span<T>(), g = step._entryGates.Of(code).Span<T>();
            for (var row = first; row < end; row++)
            {
                var active = 0;
                for (var i = starts[row]; i < starts[row + 1]; i++)
                {
                    var latent = latents[i];
                    g[i] = z[i] + bGate[latent];
                    f[i] = T.Max(z[i] * scales[latent] + bMag[latent], T.Zero);
                    active += f[i] > T.Zero ? 1 : 0;
                }
                step.Active[block.Start + row] = active;
            }
        }
    }

    private readonly struct RaggedBackwardJob<T>(GatedStep step, RaggedBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(GatedStep step, RaggedBlock block)
        {
            var job = new RaggedBackwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.LatentParts(step.Setting.DSae), ref job);
        }

        public void Run(int part)
        {
            var (first, width) = LatentJobs.Latents(part, step.Setting.DSae);
            var (code, order) = (step.Ragged.Code, step.Ragged.Order);
            ReadOnlySpan<int> starts = order.Starts, entries = order.Entries;
            ReadOnlySpan<T> z = code.Values.Span<T>(), f = step._entryLatents.Of(code).Span<T>(), g = step._entryGates.Of(code).Span<T>(), dg = step._entryGateGradients.Of(code).Span<T>();
            ReadOnlySpan<T> norms = step.Norms.Span<T>(), scales = step._scales.Span<T>();
            Span<T> d = code.Gradients.Span<T>(), dGate = step.Weights.EncoderBias.Gradient.Span<T>(), dMag = step._bMag.Gradient.Span<T>(), dR = step._rMag.Gradient.Span<T>();
            Span<T> preSums = step.PreSums.Span<T>(), sums = step.LatentSums.Span<T>(), gateSums = step._gateSums.Span<T>();
            var (error, price) = (T.CreateTruncating(step.ErrorSlope), T.CreateTruncating(step.Coefficient / step.Setting.BatchSize));
            for (var latent = first; latent < first + width; latent++)
            {
                for (var at = starts[latent]; at < starts[latent + 1]; at++)
                {
                    var i = entries[at];
                    var mag = f[i] > T.Zero ? error * d[i] : T.Zero;
                    var gate = error * dg[i] + price * norms[latent];
                    var scaled = mag * scales[latent];
                    d[i] = scaled + gate;                                             // ∂z
                    dMag[latent] += mag;
                    dGate[latent] += gate;
                    dR[latent] += scaled * z[i];
                    preSums[latent] += d[i];
                    sums[latent] += f[i];
                    gateSums[latent] += g[i];
                }
            }
            if (block.Start + block.Rows < step.Setting.BatchSize) return;
            var dNorms = step.NormGradient.Span<T>();
            for (var latent = first; latent < first + width; latent++) dNorms[latent] = price * gateSums[latent];
        }
    }
}
