namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void AttentionBackwardCore(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor dz, Tensor dq, Tensor dk, Tensor dv)
    {
        var (heads, kvHeads, dHead) = (q.Shape[1], k.Shape[1], q.Columns);
        var queryGradient = new double[q.Count];
        var keyGradient = new double[k.Count];
        var valueGradient = new double[v.Count];
        foreach (var (start, count) in sequences)
        {
            for (var head = 0; head < heads; head++)
            {
                var kvHead = head * kvHeads / heads;
                var keys = Head(k, start, count, kvHead);
                var values = Head(v, start, count, kvHead);
                for (var position = 0; position < count; position++)
                {
                    var row = (start + position) * heads + head;
                    var query = Read(q, row);
                    var gradient = Read(dz, row);
                    var (first, weights) = Weigh(query, keys, position, head, spec);
                    var dWeights = Array.ConvertAll(values[first..(position + 1)], value => Dot(gradient, value));
                    var mean = Dot(weights, dWeights);
                    for (var key = 0; key < weights.Length; key++)
                    {
                        var slope = CapSlope(spec.Scale * Dot(query, keys[first + key]), spec.SoftCap);
                        var dScore = weights[key] * (dWeights[key] - mean) * slope * spec.Scale;
                        var kvRow = (start + first + key) * kvHeads + kvHead;
                        for (var i = 0; i < dHead; i++)
                        {
                            queryGradient[row * dHead + i] += dScore * keys[first + key][i];
                            keyGradient[kvRow * dHead + i] += dScore * query[i];
                            valueGradient[kvRow * dHead + i] += weights[key] * gradient[i];
                        }
                    }
                }
            }
        }
        Write(dq, 0, queryGradient);
        Write(dk, 0, keyGradient);
        Write(dv, 0, valueGradient);
    }

    private static double CapSlope(double score, double cap)
    {
        if (cap == 0) return 1;
        var t = Math.Tanh(score / cap);
        return 1 - t * t;
    }
}
