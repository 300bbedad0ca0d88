using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>Bit laws of attention on every backend: a sequence's rows depend on that sequence's earlier rows and on nothing else.</summary>
public sealed class EveryAttention
{
    private const int Batches = 60;
    private const int Largest = 150;

    public static TheoryData<string> Backends => [.. Candidate.All.Select(candidate => candidate.Name)];

    [Theory, MemberData(nameof(Backends))]
    public void A_sequence_has_the_same_bits_alone_and_in_any_batch(string candidate) => ForEachSequence(candidate, (backend, batch, span, whole, _) =>
    {
        var alone = Run(backend, batch, span);
        Assert.True(Tolerance.SameBits(whole.Rows(span.Start, span.Count), alone), $"{backend.Name}: {span} of {batch.Q.ShapeText}, {batch.Spec}");
    });

    [Theory, MemberData(nameof(Backends))]
    public void A_row_has_the_same_bits_whatever_follows_it(string candidate) => ForEachSequence(candidate, (backend, batch, span, whole, draw) =>
    {
        var prefix = span with { Count = draw.Below(span.Count + 1) };
        Assert.True(Tolerance.SameBits(whole.Rows(prefix.Start, prefix.Count), Run(backend, batch, prefix)), $"{backend.Name}: {prefix} of {span}, {batch.Spec}");
    });

    [Theory, MemberData(nameof(Backends))]
    public void Attention_through_a_cache_has_the_bits_of_attention_over_the_whole_sequence(string candidate) => ForEachSequence(candidate, (backend, batch, span, whole, draw) =>
    {
        var cache = new KeyValueCache(1 + span.Count + draw.Below(20), batch.KvHeads, batch.DHead, batch.Q.DType);
        for (var done = 0; done < span.Count;)
        {
            var count = Math.Min(draw.OneOf(1, 1, 2, 17), span.Count - done);
            var start = span.Start + done;
            cache.Append(batch.K.Rows(start, count), batch.V.Rows(start, count));
            var z = Tensor.Zeros(batch.Q.DType, count, batch.Heads, batch.DHead);
            backend.AttentionCached(batch.Q.Rows(start, count), [new(0, count)], [cache], batch.Spec, z);
            Assert.True(Tolerance.SameBits(whole.Rows(start, count), z), $"{backend.Name}: rows {done}+{count} of {span}, capacity {cache.Capacity}, {batch.Spec}");
            done += count;
            if (batch.Spec.Window > 0) cache.Forget(done - batch.Spec.Window + 1);
        }
    });

    [Theory, MemberData(nameof(Backends))]
    public void Sequences_that_share_their_beginning_go_on_with_the_bits_of_each_alone(string candidate) => ForEachSequence(candidate, (backend, batch, span, whole, draw) =>
    {
        if (span.Count == 0) return;
        var (prefix, count) = (draw.Below(span.Count), span.Count);
        var first = new KeyValueCache(count, batch.KvHeads, batch.DHead, batch.Q.DType);
        first.Append(batch.K.Rows(span.Start, prefix), batch.V.Rows(span.Start, prefix));
        var second = first.Fork(prefix, count);
        // The second goes on with the first's rows turned round; then both are asked together.
        var other = Tensor.Zeros(batch.K.DType, count - prefix, batch.KvHeads, batch.DHead);
        for (var row = 0; row < count - prefix; row++) batch.K.Rows(span.Start + count - 1 - row, 1).CopyTo(other.Rows(row, 1));
        second.Append(other, other);
        first.Append(batch.K.Rows(span.Start + prefix, count - prefix), batch.V.Rows(span.Start + prefix, count - prefix));

        var rows = count - prefix;
        var q = Tensor.Zeros(batch.Q.DType, 2 * rows, batch.Heads, batch.DHead);
        batch.Q.Rows(span.Start + prefix, rows).CopyTo(q.Rows(0, rows));
        batch.Q.Rows(span.Start + prefix, rows).CopyTo(q.Rows(rows, rows));
        var together = Tensor.Zeros(q.DType, q.Shape);
        backend.AttentionCached(q, [new(0, rows), new(rows, rows)], [first, second], batch.Spec, together);
        var alone = Tensor.Zeros(q.DType, rows, batch.Heads, batch.DHead);
        backend.AttentionCached(q.Rows(rows, rows), [new(0, rows)], [second], batch.Spec, alone);
        Assert.True(Tolerance.SameBits(whole.Rows(span.Start + prefix, rows), together.Rows(0, rows)), $"{backend.Name}: {prefix} of {span} shared, {batch.Spec}");
        Assert.True(Tolerance.SameBits(alone, together.Rows(rows, rows)), $"{backend.Name}: {prefix} of {span} shared, {batch.Spec}");
    });

    [Theory, MemberData(nameof(Backends))]
    public void A_sink_takes_a_share_of_each_softmax_and_leaves_the_other_weights_in_proportion(string candidate)
    {
        var backend = Candidate.Named(candidate).Require();
        var draw = new Draw(1, DType.F32, Largest);
        const int Count = 37, Heads = 4, DHead = 9;
        var (q, k, v) = (draw.Normals(Count, Heads, DHead), draw.Normals(Count, 2, DHead), draw.Normals(Count, 2, DHead));
        var sinks = draw.Normals(Heads);
        Tensor Pattern(AttentionSpec spec)
        {
            var pattern = Tensor.Zeros(DType.F32, Heads, Count, Count);
            backend.Attention(q, k, v, [new(0, Count)], spec, Tensor.Zeros(DType.F32, q.Shape), [pattern]);
            return pattern;
        }

        var (with, without) = (Pattern(new(0.5, Window: 11, Sinks: sinks)), Pattern(new(0.5, Window: 11)));
        for (var row = 0; row < Heads * Count; row++)
        {
            var left = with.Row<float>(row).ToArray().Sum(weight => (double)weight);
            Assert.InRange(left, 0, 1 - 1e-4);
            for (var key = 0; key < Count; key++) Assert.Equal(without.Row<float>(row)[key] * left, with.Row<float>(row)[key], 1e-6);
        }
    }

    private static void ForEachSequence(string candidate, Action<Backend, AttentionBatch, SequenceSpan, Tensor, Draw> check)
    {
        var backend = Candidate.Named(candidate).Require();
        for (var seed = 0; seed < Batches; seed++)
        {
            var draw = new Draw(seed, seed % 2 == 0 ? DType.F32 : DType.F64, Largest);
            var batch = AttentionBatch.Of(draw);
            var whole = Tensor.Zeros(draw.Type, batch.Q.Shape);
            backend.Attention(batch.Q, batch.K, batch.V, batch.Sequences, batch.Spec, whole);
            foreach (var span in batch.Sequences) check(backend, batch, span, whole, draw);
        }
    }

    /// <summary>Attention over one span as if there were no other rows.</summary>
    private static Tensor Run(Backend backend, AttentionBatch batch, SequenceSpan span)
    {
        var (q, k, v) = (batch.Q.Rows(span.Start, span.Count), batch.K.Rows(span.Start, span.Count), batch.V.Rows(span.Start, span.Count));
        var z = Tensor.Zeros(q.DType, q.Shape);
        backend.Attention(q, k, v, [new(0, span.Count)], batch.Spec, z);
        return z;
    }
}
