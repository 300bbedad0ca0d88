using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a gated SAE: with z = x̃·W_enc, g = ReLU(z + b_gate) and f = 1[g &gt; 0] · ReLU(e^r ⊙ z + b_mag), loss = mean‖x − x̂(f)‖² + λ · mean Σ g ⊙ ‖W_dec‖ + mean‖x − x̂(g)‖².</summary>
/// <remarks>
/// Rajamanoharan et al. 2024, arXiv:2404.16014v2, Eq. 8. The gate itself has no slope; penalty and auxiliary error train it through g. In the paper and in
/// dictionary_learning decoder and b_dec count as constants in the auxiliary error (<see cref="Convention.DictionaryLearning"/>), in SAELens they learn from it too.
/// </remarks>
[SaeArchitecture("gated")]
internal sealed partial class GatedStep : DenseStep
{
    private readonly TrainedTensor _rMag, _bMag;
    private readonly Tensor _gates, _gateGradient, _gateResidual, _scales, _gateSums;
    private GateBlock[] _gateBlocks = [];
    private double _auxSquares;

    public GatedStep(StepSetting setting) : base(setting, keepsPre: true, encoderBias: "b_gate")
    {
        (_rMag, _bMag) = (Weights.Add("r_mag", setting.DSae), Weights.Add("b_mag", setting.DSae));
        (_gates, _gateGradient) = (LikeLatents(), LikeLatents());
        _gateResidual = Tensor.Zeros(setting.Type, Math.Min(RaggedLatents.MostRows, setting.BatchSize), setting.DOut);
        (_scales, _gateSums) = (Tensor.Zeros(setting.Type, setting.DSae), Tensor.Zeros(setting.Type, setting.DSae));
        PreSums = Tensor.Zeros(setting.Type, 1, setting.DSae);
        _minusGateBias = Tensor.Zeros(setting.Type, setting.DSae);
        (_entryLatents, _entryGates, _entryGateGradients) = (Ragged.Numbers(), Ragged.Numbers(), Ragged.Numbers());
        foreach (var most in (ReadOnlySpan<int>)[BlockRows, RaggedLatents.MostRows])
        {
            GatesOf(Math.Min(most, setting.BatchSize));
            if (setting.BatchSize > most && setting.BatchSize % most > 0) GatesOf(setting.BatchSize % most);
        }
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
        var gates = GatesOf(block.Rows);
        _auxSquares += Reconstruct(block, gates.Gates, gates.Residual, gates.Gradient, learns: Options.Convention != Convention.DictionaryLearning);
        if (Setting.Type == DType.F64) BackwardJob<double>.Run(this, block);
        else BackwardJob<float>.Run(this, block);
    }

    protected override (double Penalty, double Aux) Finish()
    {
        var sum = 0.0;
        for (var f = 0; f < Setting.DSae; f++) sum += _gateSums.Read(f) * Norms.Read(f);
        return (Coefficient / Setting.BatchSize * sum, _auxSquares * ErrorWeight);
    }

    private Tensor LikeLatents() => Tensor.Zeros(Setting.Type, Math.Min(BlockRows, Setting.BatchSize), Setting.DSae);

    /// <summary>The gates' buffers for a block; views are made once for each number of rows.</summary>
    private GateBlock GatesOf(int rows)
    {
        foreach (var known in _gateBlocks)
            if (known.Residual.RowCount == rows) return known;
        var dense = Math.Min(rows, BlockRows); // of more rows only the residual is kept
        _gateBlocks = [.. _gateBlocks, new(_gates.Rows(0, dense), _gateGradient.Rows(0, dense), _gateResidual.Rows(0, rows))];
        return _gateBlocks[^1];
    }

    private sealed record GateBlock(Tensor Gates, Tensor Gradient, Tensor Residual);

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
                Span<T> f = block.Latents.Row<T>(row), g = step._gates.Row<T>(row);
                var i = 0;
                for (; i <= z.Length - Vector<T>.Count; i += Vector<T>.Count)
                {
                    Vector<T> product = new(z[i..]), gate = Vector.Max(product + new Vector<T>(bGate[i..]), Vector<T>.Zero);
                    var magnitude = Vector.Max(product * new Vector<T>(scales[i..]) + new Vector<T>(bMag[i..]), Vector<T>.Zero);
                    gate.CopyTo(g[i..]);
                    Vector.ConditionalSelect(Vector.GreaterThan(gate, Vector<T>.Zero), magnitude, Vector<T>.Zero).CopyTo(f[i..]);
                }
                for (; i < z.Length; i++)
                {
                    g[i] = T.Max(z[i] + bGate[i], T.Zero);
                    f[i] = g[i] > T.Zero ? T.Max(z[i] * scales[i] + bMag[i], T.Zero) : T.Zero;
                }
                step.Active[block.Start + row] = LatentJobs.CountPositive<T>(f);
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
            Span<T> dGate = step.Weights.EncoderBias.Gradient.Span<T>().Slice(first, width), dMag = step._bMag.Gradient.Span<T>().Slice(first, width);
            Span<T> dR = step._rMag.Gradient.Span<T>().Slice(first, width), preSums = step.PreSums.Span<T>().Slice(first, width);
            Span<T> sums = step.LatentSums.Span<T>().Slice(first, width), gateSums = step._gateSums.Span<T>().Slice(first, width);
            var price = T.CreateTruncating(step.Coefficient / step.Setting.BatchSize);
            for (var row = 0; row < block.Rows; row++)
            {
                ReadOnlySpan<T> z = block.Pre.Row<T>(row).Slice(first, width), f = block.Latents.Row<T>(row).Slice(first, width);
                ReadOnlySpan<T> g = step._gates.Row<T>(row).Slice(first, width), dg = step._gateGradient.Row<T>(row).Slice(first, width);
                var d = block.Gradient.Row<T>(row).Slice(first, width);               // ∂f, then ∂z
                var i = 0;
                for (; i <= z.Length - Vector<T>.Count; i += Vector<T>.Count)
                {
                    Vector<T> latents = new(f[i..]), gates = new(g[i..]);
                    var mags = Vector.ConditionalSelect(Vector.GreaterThan(latents, Vector<T>.Zero), new Vector<T>(d[i..]), Vector<T>.Zero);
                    var slopes = Vector.ConditionalSelect(Vector.GreaterThan(gates, Vector<T>.Zero), new Vector<T>(dg[i..]) + new Vector<T>(price) * new Vector<T>(norms[i..]), Vector<T>.Zero);
                    var scaledMags = mags * new Vector<T>(scales[i..]);
                    var dz = scaledMags + slopes;
                    dz.CopyTo(d[i..]);
                    (new Vector<T>(dMag[i..]) + mags).CopyTo(dMag[i..]);
                    (new Vector<T>(dGate[i..]) + slopes).CopyTo(dGate[i..]);
                    (new Vector<T>(dR[i..]) + scaledMags * new Vector<T>(z[i..])).CopyTo(dR[i..]);
                    (new Vector<T>(preSums[i..]) + dz).CopyTo(preSums[i..]);
                    (new Vector<T>(sums[i..]) + latents).CopyTo(sums[i..]);
                    (new Vector<T>(gateSums[i..]) + gates).CopyTo(gateSums[i..]);
                }
                for (; i < z.Length; i++)
                {
                    var mag = f[i] > T.Zero ? d[i] : T.Zero;
                    var gate = g[i] > T.Zero ? dg[i] + price * norms[i] : T.Zero;
                    var scaled = mag * scales[i];
                    d[i] = scaled + gate;
                    dMag[i] += mag;
                    dGate[i] += gate;
                    dR[i] += scaled * z[i];
                    preSums[i] += d[i];
                    sums[i] += f[i];
                    gateSums[i] += g[i];
                }
            }
            if (block.Start + block.Rows < step.Setting.BatchSize) return;
            var dNorms = step.NormGradient.Span<T>().Slice(first, width);
            for (var i = 0; i < width; i++) dNorms[i] = price * gateSums[i];
        }
    }
}
