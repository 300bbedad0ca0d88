using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class AttentionCases
{
    public static OpCase[] All =>
    [
        new(nameof(Backend.Rotary), Rotary),
        new(nameof(Backend.Attention), Attention),
        new(nameof(Backend.AttentionCached), AttentionCached),
        new(nameof(Backend.AttentionBackward), AttentionBackward),
    ];

    private static Problem Rotary(Draw draw)
    {
        var (rows, heads, pairs, positions) = (draw.Size(), draw.Size() / 4, draw.Size() / 4, draw.PositiveSize());
        var dHead = 2 * pairs + draw.OneOf(0, 0, 1, 6);
        var x = draw.Normals(rows, heads, dHead);
        var at = draw.Integers(rows, 0, positions);
        var table = draw.RotaryTable(positions, pairs);
        var (inPlace, inverse) = (draw.Coin(), draw.Coin());
        return Problem.ByRows(rows, Tolerance.Row, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, x.Rows(first, count));
            backend.Rotary(from, at.AsSpan(first, count), table, to, inverse);
        });
    }

    private static Problem Attention(Draw draw)
    {
        var batch = AttentionBatch.Of(draw);
        var withPatterns = draw.Coin();
        return Problem.Whole(Tolerance.Attention(batch.DHead), (backend, outputs) =>
        {
            var z = outputs.New(draw.Type, batch.Q.Shape);
            var patterns = withPatterns ? batch.Sequences.Select(span => outputs.New(draw.Type, batch.Heads, span.Count, span.Count)).ToArray() : null;
            backend.Attention(batch.Q, batch.K, batch.V, batch.Sequences, batch.Spec, z, patterns);
        });
    }

    private static Problem AttentionCached(Draw draw)
    {
        var batch = AttentionBatch.Of(draw);
        var newest = new SequenceSpan[batch.Sequences.Length];
        var caches = new KeyValueCache[newest.Length];
        for (var i = 0; i < newest.Length; i++)
        {
            var (start, count) = batch.Sequences[i];
            newest[i] = new(start, draw.Below(count + 1));
            caches[i] = new(1 + count + draw.Below(5), batch.KvHeads, batch.DHead, draw.Type);
            caches[i].Append(batch.K.Rows(start, count), batch.V.Rows(start, count));
        }
        return Problem.Whole(Tolerance.Attention(batch.DHead), (backend, outputs) =>
        {
            var z = outputs.New(draw.Type, batch.Q.Shape);
            backend.AttentionCached(batch.Q, newest, caches, batch.Spec, z);
        });
    }

    private static Problem AttentionBackward(Draw draw)
    {
        var batch = AttentionBatch.Of(draw);
        var dz = draw.Normals(batch.Q.Shape);
        var longest = batch.Sequences.Max(span => span.Count);
        return Problem.Whole(Tolerance.Attention(4 * (batch.DHead + longest)), (backend, outputs) => backend.AttentionBackward(
            batch.Q, batch.K, batch.V, batch.Sequences, batch.Spec, dz,
            outputs.New(draw.Type, batch.Q.Shape), outputs.New(draw.Type, batch.K.Shape), outputs.New(draw.Type, batch.K.Shape)));
    }
}
