using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a gated SAE: with z = x̃·W_enc, g = ReLU(z + b_gate) and f = 1[g &gt; 0] · ReLU(e^r ⊙ z + b_mag), loss = mean‖x − x̂(f)‖² + λ · mean Σ g ⊙ ‖W_dec‖ + mean‖x − x̂(g)‖².</summary>
/// <remarks>
/// Rajamanoharan et al. 2024, arXiv:2404.16014v2, Eq. 8. The gate itself has no slope; penalty and auxiliary error train it through g. In the paper and in
/// dictionary_learning decoder and b_dec count as constants in the auxiliary error (<see cref="Convention.DictionaryLearning"/>), in SAELens they learn from it too.
/// Of a block only z and two buffers of its size are kept: f, then g, then the gradient of g stand in one, since f and g follow from z again by the same operations.
/// </remarks>
[SaeArchitecture("gated")]
internal sealed partial class GatedStep : DenseStep
{
    private readonly TrainedTensor _rMag, _bMag;
    private readonly Tensor _scales, _gateSums;
    private double _auxSquares;

    public GatedStep(StepSetting setting) : base(setting, keepsPre: true, encoderBias: "b_gate")
    {
        (_rMag, _bMag) = (Weights.Add("r_mag", setting.DSae), Weights.Add("b_mag", setting.DSae));
        (_scales, _gateSums) = (Tensor.Zeros(setting.Type, setting.DSae), Tensor.Zeros(setting.Type, setting.DSae));
        PreSums = Tensor.Zeros(setting.Type, 1, setting.DSae);
        _minusGateBias = Tensor.Zeros(setting.Type, setting.DSae);
        (_entryLatents, _entryGates, _entryGateGradients) = (Ragged.Numbers(), Ragged.Numbers(), Ragged.Numbers());
    }

    /// <summary>dictionary_learning trains it with an optimiser of its own that projects exactly.</summary>
    public override double ProjectionSlack => 0;

    protected override Tensor PreSums { get; }

    public override void ResetLatent(int latent)
    {
        base.ResetLatent(latent);
        _rMag.Value.Write(latent, 0);
        _bMag.Value.Write(latent, 0);
    }

    protected override void Begin(ReadOnlySpan<int> dead)
    {
        for (var f = 0; f < Setting.DSae; f++) _scales.Write(f, Math.Exp(_rMag.Value.Read(f)));
        Backend.Scale(Weights.EncoderBias.Value, -1, _minusGateBias);
        _gateSums.Clear();
        PreSums.Clear();
        _auxSquares = 0;
    }

    protected override void Activate(LatentBlock block)
    {
        if (Setting.Type == DType.F64) ForwardJob<double>.Run(this, block);
        else ForwardJob<float>.Run(this, block);
    }

    protected override void Backward(LatentBlock block)
    {
        if (Setting.Type == DType.F64) GateJob<double>.Run(this, block);
        else GateJob<float>.Run(this, block);
        _auxSquares += Reconstruct(block, block.Latents, block.Residual, block.Latents, learns: Options.Convention != Convention.DictionaryLearning);
        if (Setting.Type == DType.F64) BackwardJob<double>.Run(this, block);
        else BackwardJob<float>.Run(this, block);
    }

    protected override (double Penalty, double Aux) Finish()
    {
        var sum = 0.0;
        for (var f = 0; f < Setting.DSae; f++) sum += _gateSums.Read(f) * Norms.Read(f);
        return (Coefficient / Setting.BatchSize * sum, _auxSquares * ErrorWeight);
    }

    /// <summary>g = ReLU(z + b_gate).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> GateOf<T>(Vector<T> z, Vector<T> bGate) => Vector.Max(z + bGate, Vector<T>.Zero);

    /// <summary>f = 1[g &gt; 0] · ReLU(e^r · z + b_mag).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> LatentOf<T>(Vector<T> z, Vector<T> gate, Vector<T> scale, Vector<T> bMag) =>
        Vector.ConditionalSelect(Vector.GreaterThan(gate, Vector<T>.Zero), Vector.Max(z * scale + bMag, Vector<T>.Zero), Vector<T>.Zero);

    private static T GateOf<T>(T z, T bGate) where T : INumber<T> => T.Max(z + bGate, T.Zero);

    private static T LatentOf<T>(T z, T gate, T scale, T bMag) where T : INumber<T> => gate > T.Zero ? T.Max(z * scale + bMag, T.Zero) : T.Zero;

    private readonly struct ForwardJob<T>(GatedStep step, LatentBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(GatedStep step, LatentBlock block)
        {
            var job = new ForwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.RowParts(block.Rows), ref job);
        }

        public void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, block.Rows);
            ReadOnlySpan<T> bGate = step.Weights.EncoderBias.Value.Span<T>(), bMag = step._bMag.Value.Span<T>(), scales = step._scales.Span<T>();
            for (var row = first; row < end; row++)
            {
                ReadOnlySpan<T> z = block.Pre.Row<T>(row);
                var f = block.Latents.Row<T>(row);
                var i = 0;
                for (; i <= z.Length - Vector<T>.Count; i += Vector<T>.Count)
                {
                    var product = new Vector<T>(z[i..]);
                    LatentOf(product, GateOf(product, new(bGate[i..])), new(scales[i..]), new(bMag[i..])).CopyTo(f[i..]);
                }
                for (; i < z.Length; i++) f[i] = LatentOf(z[i], GateOf(z[i], bGate[i]), scales[i], bMag[i]);
                step.Active[block.Start + row] = LatentJobs.CountPositive<T>(f);
            }
        }
    }

    /// <summary>Puts g in the place of f.</summary>
    private readonly struct GateJob<T>(GatedStep step, LatentBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(GatedStep step, LatentBlock block)
        {
            var job = new GateJob<T>(step, block);
            step.Backend.Run(LatentJobs.RowParts(block.Rows), ref job);
        }

        public void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, block.Rows);
            ReadOnlySpan<T> bGate = step.Weights.EncoderBias.Value.Span<T>();
            for (var row = first; row < end; row++)
            {
                ReadOnlySpan<T> z = block.Pre.Row<T>(row);
                var g = block.Latents.Row<T>(row);
                var i = 0;
                for (; i <= z.Length - Vector<T>.Count; i += Vector<T>.Count) GateOf(new(z[i..]), new Vector<T>(bGate[i..])).CopyTo(g[i..]);
                for (; i < z.Length; i++) g[i] = GateOf(z[i], bGate[i]);
            }
        }
    }

    private readonly struct BackwardJob<T>(GatedStep step, LatentBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(GatedStep step, LatentBlock block)
        {
            var job = new BackwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.LatentParts(step.Setting.DSae), ref job);
        }

        public void Run(int part)
        {
            var (first, width) = LatentJobs.Latents(part, step.Setting.DSae);
            ReadOnlySpan<T> norms = step.Norms.Span<T>().Slice(first, width), scales = step._scales.Span<T>().Slice(first, width);
            ReadOnlySpan<T> bGate = step.Weights.EncoderBias.Value.Span<T>().Slice(first, width), bMag = step._bMag.Value.Span<T>().Slice(first, width);
            Span<T> dGate = step.Weights.EncoderBias.Gradient.Span<T>().Slice(first, width), dMag = step._bMag.Gradient.Span<T>().Slice(first, width);
            Span<T> dR = step._rMag.Gradient.Span<T>().Slice(first, width), preSums = step.PreSums.Span<T>().Slice(first, width);
            Span<T> sums = step.LatentSums.Span<T>().Slice(first, width), gateSums = step._gateSums.Span<T>().Slice(first, width);
            var price = T.CreateTruncating(step.Coefficient / step.Setting.BatchSize);
            for (var row = 0; row < block.Rows; row++)
            {
                ReadOnlySpan<T> z = block.Pre.Row<T>(row).Slice(first, width), dg = block.Latents.Row<T>(row).Slice(first, width);
                var d = block.Gradient.Row<T>(row).Slice(first, width);               // ∂f, then ∂z
                var i = 0;
                for (; i <= z.Length - Vector<T>.Count; i += Vector<T>.Count)
                {
                    var product = new Vector<T>(z[i..]);
                    var gates = GateOf(product, new(bGate[i..]));
                    var latents = LatentOf(product, gates, new(scales[i..]), new(bMag[i..]));
                    var mags = Vector.ConditionalSelect(Vector.GreaterThan(latents, Vector<T>.Zero), new Vector<T>(d[i..]), Vector<T>.Zero);
                    var slopes = Vector.ConditionalSelect(Vector.GreaterThan(gates, Vector<T>.Zero), new Vector<T>(dg[i..]) + new Vector<T>(price) * new Vector<T>(norms[i..]), Vector<T>.Zero);
                    var scaledMags = mags * new Vector<T>(scales[i..]);
                    var dz = scaledMags + slopes;
                    dz.CopyTo(d[i..]);
                    (new Vector<T>(dMag[i..]) + mags).CopyTo(dMag[i..]);
                    (new Vector<T>(dGate[i..]) + slopes).CopyTo(dGate[i..]);
                    (new Vector<T>(dR[i..]) + scaledMags * product).CopyTo(dR[i..]);
                    (new Vector<T>(preSums[i..]) + dz).CopyTo(preSums[i..]);
                    (new Vector<T>(sums[i..]) + latents).CopyTo(sums[i..]);
                    (new Vector<T>(gateSums[i..]) + gates).CopyTo(gateSums[i..]);
                }
                for (; i < z.Length; i++)
                {
                    var g = GateOf(z[i], bGate[i]);
                    var f = LatentOf(z[i], g, scales[i], bMag[i]);
                    var mag = f > T.Zero ? d[i] : T.Zero;
                    var gate = g > T.Zero ? dg[i] + price * norms[i] : T.Zero;
                    var scaled = mag * scales[i];
                    d[i] = scaled + gate;
                    dMag[i] += mag;
                    dGate[i] += gate;
                    dR[i] += scaled * z[i];
                    preSums[i] += d[i];
                    sums[i] += f;
                    gateSums[i] += g;
                }
            }
            if (block.Start + block.Rows < step.Setting.BatchSize) return;
            var dNorms = step.NormGradient.Span<T>().Slice(first, width);
            for (var i = 0; i < width; i++) dNorms[i] = price * gateSums[i];
        }
    }
}
