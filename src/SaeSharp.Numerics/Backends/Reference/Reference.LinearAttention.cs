namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void CausalConvolutionCore(Tensor x, Tensor weight, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, ReadOnlySpan<Tensor> parts)
    {
        var kernel = weight.Shape[0];
        for (var s = 0; s < sequences.Length; s++)
        {
            for (var row = 0; row < sequences[s].Count; row++)
            {
                var sums = new double[x.Columns];
                for (var j = 0; j < kernel; j++)
                {
                    var (w, past) = (Read(weight, j), row - kernel + 1 + j);
                    if (past < 0 && states is null) continue;
                    var seen = past < 0 ? Read(states![s], kernel + past) : Read(x, sequences[s].Start + past);
                    for (var c = 0; c < sums.Length; c++) sums[c] += w[c] * seen[c];
                }
                var channel = 0;
                foreach (var part in parts)
                {
                    var (width, at) = ((int)Width(part), sequences[s].Start + row);
                    for (var c = 0; c < width; c++) part.Write((long)at * width + c, sums[channel++]);
                }
            }
        }
    }

    protected override void DeltaRuleCore(Tensor q, Tensor k, Tensor v, Tensor g, Tensor beta, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, Tensor y)
    {
        var (keyHeads, dKey, valueHeads, dValue) = (q.Shape[1], q.Columns, v.Shape[1], v.Columns);
        for (var s = 0; s < sequences.Length; s++)
        {
            var state = states is null ? Tensor.Zeros(q.DType, valueHeads, dKey, dValue) : states[s];
            for (var row = sequences[s].Start; row < sequences[s].Start + sequences[s].Count; row++)
            {
                for (var head = 0; head < valueHeads; head++)
                {
                    var (keyRow, valueRow) = (row * keyHeads + head / (valueHeads / keyHeads), row * valueHeads + head);
                    Write(y, valueRow, DeltaStep(state, head * dKey, Read(q, keyRow), Read(k, keyRow), Read(v, valueRow), Math.Exp(g.Read(valueRow)), beta.Read(valueRow)));
                }
            }
        }
    }

    /// <summary>One row in one head, whose S is dKey rows of the state from <paramref name="first"/> on.</summary>
    private static double[] DeltaStep(Tensor state, int first, double[] q, double[] k, double[] v, double decay, double beta)
    {
        var known = new double[v.Length];
        for (var i = 0; i < k.Length; i++)
        {
            var kept = Read(state, first + i);
            for (var j = 0; j < v.Length; j++) known[j] += k[i] * decay * kept[j];
        }
        var output = new double[v.Length];
        for (var i = 0; i < k.Length; i++)
        {
            var kept = Read(state, first + i);
            for (var j = 0; j < v.Length; j++)
            {
                kept[j] = decay * kept[j] + k[i] * beta * (v[j] - known[j]);
                output[j] += q[i] * kept[j];
            }
            Write(state, first + i, kept);
        }
        return output;
    }
}
