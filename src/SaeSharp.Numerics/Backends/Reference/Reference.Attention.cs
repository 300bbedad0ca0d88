namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void RotaryCore(Tensor x, ReadOnlySpan<int> positions, RotaryTable table, Tensor y, bool inverse)
    {
        var heads = x.Shape[1];
        for (var row = 0; row < positions.Length; row++)
        {
            var cosine = Read(table.Cosine, positions[row]);
            var sine = Read(table.Sine, positions[row]);
            for (var head = 0; head < heads; head++)
            {
                var v = Read(x, row * heads + head);
                for (var pair = 0; pair < cosine.Length; pair++)
                {
                    var (i, j) = table.Pairs == RotaryPairs.Halves ? (pair, pair + cosine.Length) : (2 * pair, 2 * pair + 1);
                    var (c, s) = (cosine[pair], inverse ? -sine[pair] : sine[pair]);
                    (v[i], v[j]) = (v[i] * c - v[j] * s, v[j] * c + v[i] * s);
                }
                Write(y, row * heads + head, v);
            }
        }
    }

    protected override void AttentionCore(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor z, Tensor[]? patterns)
    {
        var (heads, kvHeads) = (q.Shape[1], k.Shape[1]);
        for (var s = 0; s < sequences.Length; s++)
        {
            var (start, count) = sequences[s];
            patterns?[s].Clear();
            for (var head = 0; head < heads; head++)
            {
                var keys = Head(k, start, count, head * kvHeads / heads);
                var values = Head(v, start, count, head * kvHeads / heads);
                for (var position = 0; position < count; position++)
                {
                    var query = Read(q, (start + position) * heads + head);
                    var (first, weights) = Weigh(query, keys, position, head, spec);
                    Write(z, (start + position) * heads + head, Mix(weights, values, first, query.Length));
                    for (var i = 0; patterns is not null && i < weights.Length; i++)
                        patterns[s].Write(((long)head * count + position) * count + first + i, weights[i]);
                }
            }
        }
    }

    protected override void AttentionCachedCore(Tensor q, ReadOnlySpan<SequenceSpan> sequences, ReadOnlySpan<KeyValueCache> caches, AttentionSpec spec, Tensor z)
    {
        var heads = q.Shape[1];
        for (var s = 0; s < sequences.Length; s++)
        {
            var ((start, rows), cache) = (sequences[s], caches[s]);
            var k = Tensor.Zeros(cache.DType, cache.Count, cache.Heads, cache.DHead);
            var v = Tensor.Zeros(cache.DType, cache.Count, cache.Heads, cache.DHead);
            cache.CopyTo(k, v);
            for (var head = 0; head < heads; head++)
            {
                var keys = Head(k, 0, cache.Count, head * cache.Heads / heads);
                var values = Head(v, 0, cache.Count, head * cache.Heads / heads);
                for (var row = 0; row < rows; row++)
                {
                    var (first, weights) = Weigh(Read(q, (start + row) * heads + head), keys, cache.Count - rows + row, head, spec);
                    Write(z, (start + row) * heads + head, Mix(weights, values, first, cache.DHead));
                }
            }
        }
    }

    /// <summary>The softmax over the keys that the query at <paramref name="position"/> sees, and the first of them.</summary>
    private static (int First, double[] Weights) Weigh(double[] query, double[][] keys, int position, int head, AttentionSpec spec)
    {
        var first = spec.Window == 0 ? 0 : Math.Max(0, position - spec.Window + 1);
        var scores = new double[position + 1 - first];
        for (var i = 0; i < scores.Length; i++) scores[i] = Cap(spec.Scale * Dot(query, keys[first + i]), spec.SoftCap);
        return (first, spec.Sinks is null ? Softmax(scores) : Softmax([.. scores, spec.Sinks.Read(head)])[..^1]);
    }

    private static double[] Mix(double[] weights, double[][] values, int first, int dHead)
    {
        var z = new double[dHead];
        for (var key = 0; key < weights.Length; key++)
            for (var i = 0; i < dHead; i++)
                z[i] += weights[key] * values[first + key][i];
        return z;
    }

    private static double Cap(double score, double cap) => cap == 0 ? score : cap * Math.Tanh(score / cap);

    /// <summary>The rows of one head: [count][dHead].</summary>
    private static double[][] Head(Tensor x, int start, int count, int head)
    {
        var rows = new double[count][];
        for (var i = 0; i < count; i++) rows[i] = Read(x, (start + i) * x.Shape[1] + head);
        return rows;
    }
}
