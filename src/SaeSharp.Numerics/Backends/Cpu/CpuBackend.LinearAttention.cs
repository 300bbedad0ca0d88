using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void CausalConvolutionCore(Tensor x, Tensor weight, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, ReadOnlySpan<Tensor> parts)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.CausalConvolution(x, weight, sequences, Copies(states), parts); // whose caller moves the states on
            return;
        }
        using var planLease = new Lease(_scratch, (long)sequences.Length * sizeof(StatePlan));
        using var blockLease = new Lease(_scratch, (long)(x.Columns / ConvolutionBlock.Most + parts.Length) * sizeof(ConvolutionBlock));
        var job = new ConvolutionJob<L, TVector>
        {
            X = x.Pointer<float>(), Weight = weight.Pointer<float>(), Channels = x.Columns, Kernel = weight.Shape[0],
            Plans = Plans((StatePlan*)planLease.Address, sequences, states), Blocks = (ConvolutionBlock*)blockLease.Address,
        };
        for (var (i, channel) = (0, 0); i < parts.Length; i++)
        {
            var width = (int)Width(parts[i]);
            for (var column = 0; column < width; column += ConvolutionBlock.Most)
            {
                job.Blocks[job.BlockCount++] = new() { Y = parts[i].Pointer<float>() + column, Stride = width, Channel = channel + column, Width = Math.Min(ConvolutionBlock.Most, width - column) };
            }
            channel += width;
        }
        _pool.For(sequences.Length * job.BlockCount, ref job, x.Count < SmallWork);
        Keep(x, weight, states);
        foreach (var part in parts) GC.KeepAlive(part);
    }

    protected override void DeltaRuleCore(Tensor q, Tensor k, Tensor v, Tensor g, Tensor beta, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, Tensor y)
    {
        if (q.DType == DType.F64)
        {
            Reference.Instance.DeltaRule(q, k, v, g, beta, sequences, states, y);
            return;
        }
        using var planLease = new Lease(_scratch, (long)sequences.Length * sizeof(StatePlan));
        var job = new DeltaRuleJob<L, TVector>
        {
            Q = q.Pointer<float>(), K = k.Pointer<float>(), V = v.Pointer<float>(), G = g.Pointer<float>(), Beta = beta.Pointer<float>(), Y = y.Pointer<float>(),
            KeyHeads = q.Shape[1], DKey = q.Columns, ValueHeads = v.Shape[1], DValue = v.Columns, Plans = Plans((StatePlan*)planLease.Address, sequences, states),
        };
        var parts = checked(sequences.Length * job.PartsPerSequence);
        using var workLease = new Lease(_scratch, (long)parts * job.WorkFloats * sizeof(float));
        job.Work = (float*)workLease.Address;
        _pool.For(parts, ref job, v.Count * q.Columns < SmallWork);
        Keep(q, k, v, g);
        Keep(beta, y, states);
    }

    private static StatePlan* Plans(StatePlan* plans, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states)
    {
        for (var s = 0; s < sequences.Length; s++)
            plans[s] = new() { Start = sequences[s].Start, Count = sequences[s].Count, State = states is null ? null : states[s].Pointer<float>() };
        return plans;
    }

    private static Tensor[]? Copies(Tensor[]? states) => states is null ? null : Array.ConvertAll(states, state => state.Clone());
}
