using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a standard SAE: loss = mean‖x − x̂‖² + λ · mean‖f ⊙ ‖W_dec‖‖_p, or without the p-th root.</summary>
/// <remarks>λ rises as λ·t/w over the first w steps, so it is 0 in the very first. p may fall during training (<see cref="AnnealedP"/>).</remarks>
[SaeArchitecture("standard"), SaeArchitecture("transcoder"), SaeArchitecture("skip_transcoder")]
internal sealed partial class StandardStep(StepSetting setting) : DenseStep(setting, keepsPre: false)
{
    private readonly double[] _lengths = new double[setting.BatchSize], _nextLengths = new double[setting.BatchSize]; // each row's penalty at p and at the next p
    private readonly AnnealedP? _annealed = setting.Options.Penalty.Annealing is null ? null : new(setting.Options);
    private double _mean, _nextMean;

    public override IEnumerable<(string Name, Tensor Tensor)> State => _annealed is null ? base.State : base.State.Append(_annealed.State);

    /// <summary>dictionary_learning trains it with an optimiser of its own that projects exactly.</summary>
    public override double ProjectionSlack => 0;

    public override void AfterUpdate(int step)
    {
        base.AfterUpdate(step);
        _annealed?.Observe(step, _mean, _nextMean);
    }

    private double P => _annealed?.P ?? Options.Penalty.P;

    private double Price => Coefficient / Setting.BatchSize;

    /// <summary>Whether rows need the length of their own: not for the plain sum of latents.</summary>
    private bool HasLengths => P != 1 || _annealed is not null;

    protected override void Begin(ReadOnlySpan<int> dead) => Coefficient *= _annealed?.Factor ?? 1;

    protected override void Activate(LatentBlock block)
    {
        if (Setting.Type == DType.F64) Activate<double>(block);
        else Activate<float>(block);
    }

    protected override void Backward(LatentBlock block)
    {
        if (Setting.Type == DType.F64) Backward<double>(block);
        else Backward<float>(block);
    }

    protected override (double Penalty, double Aux) Finish()
    {
        var (sum, next) = (0.0, 0.0);
        if (HasLengths)
        {
            foreach (var length in _lengths) sum += length;
            foreach (var length in _nextLengths) next += length;
        }
        else
        {
            for (var f = 0; f < Fired.Length; f++) sum += LatentSums.Read(f) * Norms.Read(f);
        }
        (_mean, _nextMean) = (sum / Setting.BatchSize, next / Setting.BatchSize);
        return (Price * sum, 0);
    }

    private void Activate<T>(LatentBlock block) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = new ForwardJob<T>(this, block);
        Backend.Run(LatentJobs.RowParts(block.Rows), ref job);
    }

    private void Backward<T>(LatentBlock block) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = new BackwardJob<T>(this, block);
        Backend.Run(LatentJobs.LatentParts(Setting.DSae), ref job);
    }

    /// <summary>f = ReLU(pre), row by row.</summary>
    private readonly struct ForwardJob<T>(StandardStep step, LatentBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, block.Rows);
            for (var row = first; row < end; row++)
            {
                var f = block.Latents.Row<T>(row);
                TensorPrimitives.Add(f, step.Weights.EncoderBias.Value.Span<T>(), f);
                TensorPrimitives.Max(f, T.Zero, f);
                step.Active[block.Start + row] = LatentJobs.CountPositive<T>(f);
                if (!step.HasLengths) continue;
                step._lengths[block.Start + row] = Length(f, step.P);
                if (step._annealed?.Next is { } next) step._nextLengths[block.Start + row] = Length(f, next);
            }
        }

        private double Length(ReadOnlySpan<T> f, double p)
        {
            var norms = step.Norms.Span<T>();
            var sum = 0.0;
            for (var i = 0; i < f.Length; i++)
                if (f[i] > T.Zero) sum += Math.Pow(double.CreateTruncating(f[i] * norms[i]), p);
            return step.Options.Penalty.WithoutRoot ? sum : Math.Pow(sum, 1 / p);
        }
    }

    /// <summary>The penalty's gradients, latents by latents: with v = f ⊙ ‖W_dec‖, ∂v = λ/batch · (v/‖v‖_p)^(p−1), or λ/batch · p·v^(p−1) without the root, ∂f = ∂v·‖W_dec‖, ∂‖W_dec‖ = Σ ∂v·f. At v = 0 they are 0.</summary>
    private readonly struct BackwardJob<T>(StandardStep step, LatentBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            var (first, width) = LatentJobs.Latents(part, step.Setting.DSae);
            var norms = step.Norms.Span<T>().Slice(first, width);
            var dNorms = step.NormGradient.Span<T>().Slice(first, width);
            var sums = step.LatentSums.Span<T>().Slice(first, width);
            var dBias = step.Weights.EncoderBias.Gradient.Span<T>().Slice(first, width);
            var (price, p) = (step.Price, step.P);
            for (var row = 0; row < block.Rows; row++)
            {
                ReadOnlySpan<T> f = block.Latents.Row<T>(row).Slice(first, width);
                var d = block.Gradient.Row<T>(row).Slice(first, width);
                var slope = T.CreateTruncating(p == 1 ? price : price * (step.Options.Penalty.WithoutRoot ? p : Math.Pow(step._lengths[block.Start + row], 1 - p)));
                var i = 0;
                for (; p == 1 && i <= f.Length - Vector<T>.Count; i += Vector<T>.Count)
                {
                    Vector<T> latents = new(f[i..]), dvs = new(slope);
                    var fires = Vector.GreaterThan(latents, Vector<T>.Zero);
                    var dPre = Vector.ConditionalSelect(fires, new Vector<T>(d[i..]) + dvs * new Vector<T>(norms[i..]), Vector<T>.Zero);
                    dPre.CopyTo(d[i..]);
                    (new Vector<T>(dNorms[i..]) + dvs * latents).CopyTo(dNorms[i..]);
                    (new Vector<T>(sums[i..]) + latents).CopyTo(sums[i..]);
                    (new Vector<T>(dBias[i..]) + dPre).CopyTo(dBias[i..]);
                }
                for (; i < f.Length; i++)
                {
                    if (!(f[i] > T.Zero))
                    {
                        d[i] = T.Zero;
                        continue;
                    }
                    var dv = p == 1 ? slope : slope * T.CreateTruncating(Math.Pow(double.CreateTruncating(f[i] * norms[i]), p - 1));
                    d[i] += dv * norms[i];
                    dNorms[i] += dv * f[i];
                    sums[i] += f[i];
                    dBias[i] += d[i];
                }
            }
        }
    }
}
