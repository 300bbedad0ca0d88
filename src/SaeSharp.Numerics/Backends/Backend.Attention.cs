namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>Rotates each head of each row by its position: [rows, heads, dHead] → same; y may be x. With <paramref name="inverse"/> backwards, which is the gradient.</summary>
    /// <param name="positions">One position a row, below <see cref="RotaryTable.Positions"/>.</param>
    public void Rotary(Tensor x, ReadOnlySpan<int> positions, RotaryTable table, Tensor y, bool inverse = false)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, y);
        Shape.RequireType(table.Cosine, x.DType);
        if (x.Rank != 3 || x.Columns < table.Rotated) throw ShapeException.Mismatch(nameof(x), $"[rows, heads, dHead >= {table.Rotated}]", x.ShapeText);
        if (positions.Length != x.Shape[0]) throw ShapeException.Mismatch(nameof(positions), $"{x.Shape[0]} positions", $"{positions.Length}");
        foreach (var position in positions)
            if ((uint)position >= (uint)table.Positions)
                throw OptionException.Invalid($"Position {position} lies outside this model's {table.Positions} positions.", "Shorten the text or set a shorter context.");
        RotaryCore(x, positions, table, y, inverse);
    }

    /// <summary>Causal attention within each sequence: z = softmax(scale·q·kᵀ)·v. Query heads share key heads in equal groups.</summary>
    /// <remarks>With sinks each head's softmax has one more term, which takes weight and gives nothing.</remarks>
    /// <param name="q">[rows, heads, dHead].</param>
    /// <param name="k">[rows, kvHeads, dHead].</param>
    /// <param name="v">[rows, kvHeads, dHead].</param>
    /// <param name="sequences">Disjoint spans of the rows; rows in no span are left as they are.</param>
    /// <param name="spec">Scale, window, soft cap, sinks.</param>
    /// <param name="z">[rows, heads, dHead].</param>
    /// <param name="patterns">Where not null, one tensor [heads, count, count] a sequence, filled with the softmax (0 above the diagonal).</param>
    public void Attention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor z, Tensor[]? patterns = null)
    {
        RequireFloat(q, nameof(q));
        RequireHeads(q, k, v);
        RequireSinks(q, spec);
        Shape.RequireSame(q, z);
        foreach (var span in sequences)
            if (span.Start < 0 || span.Count < 0 || span.Start > q.Shape[0] - span.Count) throw ShapeException.Mismatch(nameof(sequences), $"spans within {q.Shape[0]} rows", $"{span}");
        for (var i = 0; patterns is not null && i < sequences.Length; i++)
            Shape.Require(patterns[i], q.DType, [("heads", q.Shape[1]), ("count", sequences[i].Count), ("count", sequences[i].Count)]);
        AttentionCore(q, k, v, sequences, spec, z, patterns);
    }

    /// <summary>Attention of the newest rows of sequences whose keys and values, these rows' own included, are in a cache each. Same bits as <see cref="Attention"/> over the whole sequences.</summary>
    /// <param name="q">[rows, heads, dHead].</param>
    /// <param name="sequences">Disjoint spans of the rows: span i goes on with <paramref name="caches"/>[i].</param>
    /// <param name="caches">All of one number and width of heads.</param>
    /// <param name="spec">Scale, window, soft cap, sinks.</param>
    /// <param name="z">[rows, heads, dHead].</param>
    public void AttentionCached(Tensor q, ReadOnlySpan<SequenceSpan> sequences, ReadOnlySpan<KeyValueCache> caches, AttentionSpec spec, Tensor z)
    {
        RequireFloat(q, nameof(q));
        Shape.RequireSame(q, z);
        RequireSinks(q, spec);
        if (sequences.Length != caches.Length) throw ShapeException.Mismatch(nameof(caches), $"{sequences.Length} caches", $"{caches.Length}");
        for (var i = 0; i < caches.Length; i++)
        {
            var ((start, count), cache) = (sequences[i], caches[i]);
            Shape.Require(q, cache.DType, [("dHead", cache.DHead)]);
            if (q.Rank != 3 || q.Shape[1] % cache.Heads != 0 || cache.Heads != caches[0].Heads || start < 0 || count < 0 || start > q.Shape[0] - count || count > cache.Count)
                throw ShapeException.Mismatch(nameof(q), $"[{start} + at most {cache.Count} rows, a multiple of {cache.Heads} heads, {cache.DHead}]", q.ShapeText);
            var oldest = spec.Window == 0 ? 0 : Math.Max(0, cache.Count - count - spec.Window + 1);
            if (oldest < cache.First) throw new ArgumentException($"The queries look back to position {oldest}; the cache has forgotten those before {cache.First}.", nameof(caches));
        }
        AttentionCachedCore(q, sequences, caches, spec, z);
    }

    /// <summary>Gradients of <see cref="Attention"/>, written (not added) to dq, dk, dv; rows in no span get 0.</summary>
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor dz, Tensor dq, Tensor dk, Tensor dv)
    {
        RequireFloat(q, nameof(q));
        RequireHeads(q, k, v);
        RequireSinks(q, spec);
        Shape.RequireSame(q, dz);
        Shape.RequireSame(q, dq);
        Shape.RequireSame(k, dk);
        Shape.RequireSame(v, dv);
        AttentionBackwardCore(q, k, v, sequences, spec, dz, dq, dk, dv);
    }

    private static void RequireHeads(Tensor q, Tensor k, Tensor v)
    {
        Shape.RequireSame(k, v);
        Shape.RequireType(k, q.DType);
        if (q.Rank != 3 || k.Rank != 3 || q.Shape[0] != k.Shape[0] || q.Columns != k.Columns || k.Shape[1] == 0 || q.Shape[1] % k.Shape[1] != 0)
            throw ShapeException.Mismatch(nameof(k), $"[{q.Shape[0]}, a divisor of {(q.Rank == 3 ? q.Shape[1] : 0)} heads, {q.Columns}]", k.ShapeText);
    }

    private static void RequireSinks(Tensor q, AttentionSpec spec)
    {
        if (spec.Sinks is not null) Shape.Require(spec.Sinks, q.DType, [("heads", q.Shape[1])]);
    }

    protected abstract void RotaryCore(Tensor x, ReadOnlySpan<int> positions, RotaryTable table, Tensor y, bool inverse);
    protected abstract void AttentionCore(Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor z, Tensor[]? patterns);
    protected abstract void AttentionCachedCore(Tensor q, ReadOnlySpan<SequenceSpan> sequences, ReadOnlySpan<KeyValueCache> caches, AttentionSpec spec, Tensor z);
    protected abstract void AttentionBackwardCore(Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor dz, Tensor dq, Tensor dk, Tensor dv);
}
