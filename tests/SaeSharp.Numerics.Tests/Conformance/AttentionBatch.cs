using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>A ragged batch of queries, keys and values with any spec. Some rows belong to no sequence; some sequences are empty.</summary>
/// <param name="Q">[rows, heads, dHead].</param>
/// <param name="K">[rows, kvHeads, dHead].</param>
/// <param name="V">[rows, kvHeads, dHead].</param>
public sealed record AttentionBatch(Tensor Q, Tensor K, Tensor V, SequenceSpan[] Sequences, AttentionSpec Spec)
{
    public int Heads => Q.Shape[1];

    public int KvHeads => K.Shape[1];

    public int DHead => Q.Columns;

    public static AttentionBatch Of(Draw draw)
    {
        var sequences = new List<SequenceSpan>();
        var rows = draw.Below(3);
        for (var i = draw.Below(4); i >= 0; i--)
        {
            sequences.Add(new(rows, draw.Size() / 2));
            rows += sequences[^1].Count + draw.Below(2) * draw.Below(3);
        }
        var (kvHeads, group, dHead) = (1 + draw.Below(3), 1 + draw.Below(3), 1 + draw.Size() / 2);
        var spec = new AttentionSpec(draw.OneOf(1, 0.3) / Math.Sqrt(dHead), draw.OneOf(0, 0, 1, 5, 40), draw.OneOf(0, 0, 2.0), draw.Below(3) == 0 ? draw.Normals(kvHeads * group) : null);
        return new(draw.Normals(rows, kvHeads * group, dHead), draw.Normals(rows, kvHeads, dHead), draw.Normals(rows, kvHeads, dHead), [.. sequences], spec);
    }
}
