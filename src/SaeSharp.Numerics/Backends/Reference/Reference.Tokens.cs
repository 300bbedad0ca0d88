namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void EmbedCore(ReadOnlySpan<int> ids, Tensor table, Tensor y)
    {
        for (var row = 0; row < ids.Length; row++) Write(y, row, Read(table, ids[row]));
    }

    protected override void EmbedBackwardCore(ReadOnlySpan<int> ids, Tensor dy, Tensor dTable)
    {
        var gradient = ReadAll(dTable);
        for (var row = 0; row < ids.Length; row++)
        {
            var d = Read(dy, row);
            for (var i = 0; i < d.Length; i++) gradient[ids[row] * d.Length + i] += d[i];
        }
        Write(dTable, 0, gradient);
    }

    protected override void CrossEntropyCore(Tensor logits, ReadOnlySpan<int> targets, Tensor losses)
    {
        for (var row = 0; row < targets.Length; row++)
        {
            var l = Read(logits, row);
            losses.Write(row, targets[row] < 0 ? 0 : LogSumExp(l) - l[targets[row]]);
        }
    }

    protected override void CrossEntropyBackwardCore(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor dLogits)
    {
        for (var row = 0; row < targets.Length; row++)
        {
            var d = new double[logits.Columns];
            if (targets[row] >= 0)
            {
                d = Softmax(Read(logits, row));
                d[targets[row]] -= 1;
                for (var i = 0; i < d.Length; i++) d[i] *= dLosses.Read(row);
            }
            Write(dLogits, row, d);
        }
    }

    private static double LogSumExp(double[] logits)
    {
        var largest = Largest(logits);
        return largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
    }
}
