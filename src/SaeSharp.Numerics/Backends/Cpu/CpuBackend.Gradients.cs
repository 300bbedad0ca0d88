using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The way back through norms, activations, losses and tables.</summary>
internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void GatedActivationCore(Activation activation, Tensor gate, Tensor up, Tensor y)
    {
        if (gate.DType == DType.F64)
        {
            Reference.Instance.GatedActivation(activation, gate, up, y);
            return;
        }
        Run(new() { Activation = activation, Gate = gate.Pointer<float>(), Up = up.Pointer<float>(), Y = y.Pointer<float>(), Rows = gate.RowCount, Columns = gate.Columns });
        Keep(gate, up, y);
    }

    protected override void GatedActivationBackwardCore(Activation activation, Tensor gate, Tensor up, Tensor dy, Tensor dGate, Tensor dUp)
    {
        if (gate.DType == DType.F64)
        {
            Reference.Instance.GatedActivationBackward(activation, gate, up, dy, dGate, dUp);
            return;
        }
        Run(new()
        {
            Activation = activation, Gate = gate.Pointer<float>(), Up = up.Pointer<float>(), Dy = dy.Pointer<float>(), DGate = dGate.Pointer<float>(), DUp = dUp.Pointer<float>(),
            Rows = gate.RowCount, Columns = gate.Columns,
        });
        Keep(gate, up, dy, dGate);
        GC.KeepAlive(dUp);
    }

    protected override void ActivateBackwardCore(Activation activation, Tensor x, Tensor dy, Tensor dx)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.ActivateBackward(activation, x, dy, dx);
            return;
        }
        Run(new() { Activation = activation, Gate = x.Pointer<float>(), Dy = dy.Pointer<float>(), DGate = dx.Pointer<float>(), Rows = x.RowCount, Columns = x.Columns });
        Keep(x, dy, dx);
    }

    private void Run(GatedJob<L, TVector> job)
    {
        job.BlockRows = BlockRows(job.Rows, job.Columns);
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
    }

    protected override void RmsNormBackwardCore(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain)
    {
        if (x.DType == DType.F64) Reference.Instance.RmsNormBackward(x, gain, epsilon, dy, dx, dGain);
        else NormBackward(x, gain, epsilon, dy, dx, dGain, null, centres: false);
    }

    protected override void LayerNormBackwardCore(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain, Tensor? dBias)
    {
        if (x.DType == DType.F64) Reference.Instance.LayerNormBackward(x, gain, epsilon, dy, dx, dGain, dBias);
        else NormBackward(x, gain, epsilon, dy, dx, dGain, dBias, centres: true);
    }

    private void NormBackward(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain, Tensor? dBias, bool centres)
    {
        var job = new NormBackwardJob<L, TVector>
        {
            X = x.Pointer<float>(), Gain = Floats(gain), Dy = dy.Pointer<float>(), Dx = dx.Pointer<float>(), Rows = x.RowCount, Columns = x.Columns, Epsilon = (float)epsilon,
            Centres = centres, Scratch = _scratch,
        };
        using var sums = new Lease(_scratch, 2L * job.Parts * job.Columns * sizeof(float));
        job.GainSums = dGain is null ? null : (float*)sums.Address;
        job.BiasSums = dBias is null ? null : (float*)sums.Address + (long)job.Parts * job.Columns;
        _pool.For(job.Parts, ref job, x.Count < SmallWork);
        AddRows(job.GainSums, job.Parts, dGain);
        AddRows(job.BiasSums, job.Parts, dBias);
        Keep(x, gain, dy, dx);
    }

    /// <summary>sums += rows, in order.</summary>
    private static void AddRows(float* rows, int count, Tensor? sums)
    {
        if (sums is null) return;
        for (var row = 0; row < count; row++) RowKernel<L, TVector>.AddScaled(sums.Pointer<float>(), rows + (long)row * sums.Columns, 1, sums.Columns);
        GC.KeepAlive(sums);
    }

    protected override void SoftmaxBackwardCore(Tensor y, Tensor dy, Tensor dx)
    {
        if (y.DType == DType.F64)
        {
            Reference.Instance.SoftmaxBackward(y, dy, dx);
            return;
        }
        var job = new SoftmaxBackwardJob<L, TVector> { Y = y.Pointer<float>(), Dy = dy.Pointer<float>(), Dx = dx.Pointer<float>(), Rows = y.RowCount, Columns = y.Columns };
        job.BlockRows = BlockRows(job.Rows, job.Columns);
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(y, dy, dx);
    }

    protected override void EmbedBackwardCore(ReadOnlySpan<int> ids, Tensor dy, Tensor dTable)
    {
        if (dy.DType == DType.F64)
        {
            Reference.Instance.EmbedBackward(ids, dy, dTable);
            return;
        }
        fixed (int* at = ids)
        {
            var job = new EmbedBackwardJob<L, TVector> { Dy = dy.Pointer<float>(), Table = dTable.Pointer<float>(), Ids = at, Rows = ids.Length, Columns = dy.Columns };
            _pool.For(job.Parts, ref job, dy.Count < SmallWork);
        }
        Keep(dy, dTable);
    }

    protected override void CrossEntropyBackwardCore(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor dLogits)
    {
        if (logits.DType == DType.F64) Reference.Instance.CrossEntropyBackward(logits, targets, dLosses, dLogits);
        else CrossEntropyGradient(logits, targets, dLosses, null, dLogits);
    }

    protected override void CrossEntropyWithGradientCore(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor losses, Tensor dLogits)
    {
        if (logits.DType == DType.F64) Reference.Instance.CrossEntropyWithGradient(logits, targets, dLosses, losses, dLogits);
        else CrossEntropyGradient(logits, targets, dLosses, losses, dLogits);
    }

    private void CrossEntropyGradient(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor? losses, Tensor dLogits)
    {
        fixed (int* target = targets)
        {
            var job = new CrossEntropyGradientJob<L, TVector>
            {
                Logits = logits.Pointer<float>(), Targets = target, DLosses = dLosses.Pointer<float>(), Losses = Floats(losses), DLogits = dLogits.Pointer<float>(),
                Rows = logits.RowCount, Columns = logits.Columns,
            };
            job.BlockRows = BlockRows(job.Rows, job.Columns);
            _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        }
        Keep(logits, dLosses, losses, dLogits);
    }
}
