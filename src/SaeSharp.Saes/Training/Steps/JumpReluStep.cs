using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a JumpReLU SAE, f = pre · 1[pre &gt; θ]: loss = mean‖x − x̂‖² + penalty on passing θ + what dead latents lack to it.</summary>
/// <remarks>
/// The jump has no slope, so θ gets that of a rectangle (arXiv:2407.14435v3, Eq. 11 and 12): with ρ = 1[|pre − θ| &lt; ε/2], ∂θ = −θ/ε · ρ · ∂f, and −1/ε · ρ · ∂H
/// of the step H. With <see cref="JumpReluOptions.StraightThroughInput"/> pre gets the same with the other sign. θ below 0 is set to 0 before each step.
/// dictionary_learning takes the step of f instead of pre, so latents below θ are near it only where θ &lt; ε/2; and it keeps ε in f32.
/// </remarks>
[SaeArchitecture("jumprelu"), SaeArchitecture("jumprelu_transcoder"), SaeArchitecture("jumprelu_skip_transcoder")]
[TrainingTraits(RateShare = 0.4)] // the step's gradient is noisy: at 1 a fifteenth of the latents died (docs/lab-log.md)
internal sealed partial class JumpReluStep : DenseStep
{
    private readonly TrainedTensor _threshold;
    private readonly Tensor _nearSums, _deadMask;
    private readonly double[] _tanhs, _lacks; // of each part of the latents
    private readonly double _bandwidth;
    private readonly bool _ofBatch;
    private bool _anyDead;

    public JumpReluStep(StepSetting setting) : base(setting, keepsPre: true)
    {
        _threshold = Weights.Add("threshold", setting.DSae);
        for (var f = 0; f < setting.DSae; f++) _threshold.Value.Write(f, Jump.InitialThreshold);
        (_nearSums, _deadMask) = (Tensor.Zeros(setting.Type, setting.DSae), Tensor.Zeros(setting.Type, setting.DSae));
        (_lowest, _entryLatents) = (Tensor.Zeros(setting.Type, setting.DSae), Ragged.Numbers());
        (_tanhs, _lacks) = (new double[LatentJobs.LatentParts(setting.DSae)], new double[LatentJobs.LatentParts(setting.DSae)]);
        var peer = setting.Options.Convention == Convention.DictionaryLearning;
        _bandwidth = peer ? (float)Jump.Bandwidth : Jump.Bandwidth;
        _ofBatch = peer && Jump.Penalty == JumpReluPenalty.Quadratic;
        if (Jump.Penalty == JumpReluPenalty.Quadratic && setting.Options.Penalty.TargetL0 is null)
            throw OptionException.Invalid("The quadratic penalty has no target.", $"Set {nameof(PenaltyOptions)}.{nameof(PenaltyOptions.TargetL0)}.");
        if (_ofBatch && Jump.StraightThroughInput)
            throw OptionException.Invalid("dictionary_learning's quadratic penalty has no straight-through gradient to the input.", $"Turn {nameof(JumpReluOptions.StraightThroughInput)} off, or use another convention.");
    }

    private JumpReluOptions Jump => Options.JumpRelu;

    public override void ResetLatent(int latent)
    {
        base.ResetLatent(latent);
        _threshold.Value.Write(latent, Jump.InitialThreshold);
    }

    protected override bool SeeksTarget => Jump.Penalty != JumpReluPenalty.Quadratic; // which aims at it by itself

    protected override double LargestShare => 0.5; // a latent is worth its price where it explains more than that

    private double Target => Options.Penalty.TargetL0!.Value;

    protected override void Begin(ReadOnlySpan<int> dead)
    {
        for (var f = 0; f < Setting.DSae; f++)
            if (_threshold.Value.Read(f) < 0) _threshold.Value.Write(f, 0);
        _nearSums.Clear();
        _deadMask.Clear();
        foreach (var f in dead) _deadMask.Write(f, 1);
        _anyDead = dead.Length > 0 && Jump.PreActCoefficient > 0;
        Array.Clear(_tanhs);
        Array.Clear(_lacks);
        if (Setting.Type == DType.F64) FindLowest<double>();
        else FindLowest<float>();
    }

    protected override void Activate(LatentBlock block)
    {
        if (Setting.Type == DType.F64) ForwardJob<double>.Run(this, block);
        else ForwardJob<float>.Run(this, block);
    }

    protected override void Backward(LatentBlock block)
    {
        if (Setting.Type == DType.F64) BackwardJob<double>.Run(this, block);
        else BackwardJob<float>.Run(this, block);
    }

    protected override (double Penalty, double Aux) Finish()
    {
        var (batch, penalty, lack) = ((double)Setting.BatchSize, 0.0, 0.0);
        foreach (var part in _lacks) lack += part;
        if (Jump.Penalty == JumpReluPenalty.Step) penalty = TotalActive / batch;
        else if (Jump.Penalty == JumpReluPenalty.Tanh)
            foreach (var part in _tanhs) penalty += part / batch;
        else if (!_ofBatch)
            foreach (var active in Active) penalty += 2 / Target * (active - Target) * (active - Target) / batch;
        else
        {
            var excess = TotalActive / batch / Target - 1;
            penalty = excess * excess;
            Backend.Scale(_nearSums, -Coefficient * 2 * excess / Target / batch / _bandwidth, _nearSums);
            Backend.Add(_threshold.Gradient, _nearSums, _threshold.Gradient);
        }
        return (Coefficient * penalty, Jump.PreActCoefficient / batch * lack);
    }

    /// <summary>∂penalty/∂H for the latents of a row that has <paramref name="active"/> of them; what is the same for a whole batch is left to <see cref="Finish"/>.</summary>
    private double StepPrice(int active) => Jump.Penalty switch
    {
        JumpReluPenalty.Step => Coefficient / Setting.BatchSize,
        JumpReluPenalty.Quadratic when !_ofBatch => Coefficient / Setting.BatchSize * 4 / Target * (active - Target),
        _ => 0,
    };

    /// <summary>f = pre where it is above θ, row by row.</summary>
    private readonly struct ForwardJob<T>(JumpReluStep step, LatentBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(JumpReluStep step, LatentBlock block)
        {
            var job = new ForwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.RowParts(block.Rows), ref job);
        }

        public void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, block.Rows);
            ReadOnlySpan<T> thresholds = step._threshold.Value.Span<T>(), bias = step.Weights.EncoderBias.Value.Span<T>();
            for (var row = first; row < end; row++)
            {
                Span<T> pre = block.Pre.Row<T>(row), f = block.Latents.Row<T>(row);
                TensorPrimitives.Add(pre, bias, pre);
                var i = 0;
                for (; i <= f.Length - Vector<T>.Count; i += Vector<T>.Count)
                {
                    var z = new Vector<T>(pre[i..]);
                    Vector.ConditionalSelect(Vector.GreaterThan(z, new Vector<T>(thresholds[i..])), z, Vector<T>.Zero).CopyTo(f[i..]);
                }
                for (; i < f.Length; i++) f[i] = pre[i] > thresholds[i] ? pre[i] : T.Zero;
                step.Active[block.Start + row] = LatentJobs.CountPositive<T>(f);
            }
        }
    }

    /// <summary>The way back, latents by latents.</summary>
    private readonly struct BackwardJob<T>(JumpReluStep step, LatentBlock block) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static void Run(JumpReluStep step, LatentBlock block)
        {
            var job = new BackwardJob<T>(step, block);
            step.Backend.Run(LatentJobs.LatentParts(step.Setting.DSae), ref job);
        }

        public void Run(int part)
        {
            var (first, width) = LatentJobs.Latents(part, step.Setting.DSae);
            var dThresholds = step._threshold.Gradient.Span<T>().Slice(first, width);
            ReadOnlySpan<T> thresholds = step._threshold.Value.Span<T>().Slice(first, width);
            var sums = step.LatentSums.Span<T>().Slice(first, width);
            var near = step._nearSums.Span<T>().Slice(first, width);
            var dBias = step.Weights.EncoderBias.Gradient.Span<T>().Slice(first, width);
            var (straight, ofBatch, half) = (step.Jump.StraightThroughInput, step._ofBatch, T.CreateTruncating(0.5));
            var bandwidth = T.CreateTruncating(step._bandwidth);
            for (var row = 0; row < block.Rows; row++)
            {
                ReadOnlySpan<T> pre = block.Pre.Row<T>(row).Slice(first, width), f = block.Latents.Row<T>(row).Slice(first, width);
                var d = block.Gradient.Row<T>(row).Slice(first, width);
                if (step.Jump.Penalty == JumpReluPenalty.Tanh) AddTanh(part, first, f, d);
                var price = T.CreateTruncating(step.StepPrice(step.Active[block.Start + row]));
                var i = 0;
                for (; !ofBatch && i <= pre.Length - Vector<T>.Count; i += Vector<T>.Count)
                {
                    Vector<T> z = new(pre[i..]), theta = new(thresholds[i..]), df = new(d[i..]);
                    var isNear = Vector.LessThan(Vector.Abs((z - theta) / new Vector<T>(bandwidth)), new Vector<T>(half));
                    var slope = Vector.ConditionalSelect(isNear, (theta * df + new Vector<T>(price)) / new Vector<T>(bandwidth), Vector<T>.Zero);
                    var dz = Vector.ConditionalSelect(Vector.GreaterThan(z, theta), df, Vector<T>.Zero);
                    if (straight) dz += slope;
                    (new Vector<T>(dThresholds[i..]) - slope).CopyTo(dThresholds[i..]);
                    (new Vector<T>(dBias[i..]) + dz).CopyTo(dBias[i..]);
                    (new Vector<T>(sums[i..]) + new Vector<T>(f[i..])).CopyTo(sums[i..]);
                    dz.CopyTo(d[i..]);
                }
                for (; i < pre.Length; i++)
                {
                    var isNear = T.Abs((pre[i] - thresholds[i]) / bandwidth) < half;
                    var slope = isNear ? (thresholds[i] * d[i] + price) / bandwidth : T.Zero;
                    dThresholds[i] -= slope;
                    if (ofBatch && T.Abs((f[i] - thresholds[i]) / bandwidth) < half) near[i] += T.One;
                    d[i] = (pre[i] > thresholds[i] ? d[i] : T.Zero) + (straight ? slope : T.Zero);
                    dBias[i] += d[i];
                    sums[i] += f[i];
                }
            }
            if (step._anyDead) AddLack(part, first, width);
        }

        /// <summary>Σ tanh(c·v) with v = f ⊙ ‖W_dec‖.</summary>
        private void AddTanh(int part, int first, ReadOnlySpan<T> f, Span<T> d)
        {
            var norms = step.Norms.Span<T>().Slice(first, f.Length);
            var dNorms = step.NormGradient.Span<T>().Slice(first, f.Length);
            var scale = T.CreateTruncating(step.Jump.TanhScale);
            var price = T.CreateTruncating(step.Coefficient / step.Setting.BatchSize * step.Jump.TanhScale);
            for (var i = 0; i < f.Length; i++)
            {
                var t = T.IsZero(f[i]) ? T.Zero : T.Tanh(scale * f[i] * norms[i]);
                var dv = price * (T.One - t * t);
                d[i] += dv * norms[i];
                dNorms[i] += dv * f[i];
                step._tanhs[part] += double.CreateTruncating(t);
            }
        }

        /// <summary>Σ ReLU(θ − pre) · ‖W_dec‖ over the dead, which draws them up to their threshold and it down to them.</summary>
        private void AddLack(int part, int first, int width)
        {
            var weight = T.CreateTruncating(step.Jump.PreActCoefficient / step.Setting.BatchSize);
            for (var f = first; f < first + width; f++)
            {
                if (T.IsZero(step._deadMask.Span<T>()[f])) continue;
                var (threshold, norm, count, lack) = (step._threshold.Value.Span<T>()[f], step.Norms.Span<T>()[f], 0, T.Zero);
                for (var row = 0; row < block.Rows; row++)
                {
                    var missing = threshold - block.Pre.Row<T>(row)[f];
                    if (missing <= T.Zero) continue;
                    block.Gradient.Row<T>(row)[f] -= weight * norm;
                    (count, lack) = (count + 1, lack + missing);
                }
                AddLackSums(step, part, f, weight, count, lack);
            }
        }
    }

    /// <summary>Adds what the rows in which a dead latent lacks something have in common.</summary>
    private static void AddLackSums<T>(JumpReluStep step, int part, int latent, T weight, int count, T lack) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var norm = step.Norms.Span<T>()[latent];
        var total = T.CreateTruncating(count) * weight * norm;
        step._threshold.Gradient.Span<T>()[latent] += total;
        step.Weights.EncoderBias.Gradient.Span<T>()[latent] -= total;
        step.NormGradient.Span<T>()[latent] += weight * lack;
        step._lacks[part] += double.CreateTruncating(lack * norm);
    }
}
