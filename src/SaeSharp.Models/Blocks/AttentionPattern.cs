using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Attention patterns where the usual ops do not reach: of cached steps, and edited ones. Off the fast path: only runs that hook a pattern come here.</summary>
internal static class AttentionPattern
{
    /// <summary>The softmax of the newest rows over all cached positions, [heads, rows, positions], and the values there, [positions, keyHeads, dHead].</summary>
    /// <remarks>Runs the whole sequence again with the earlier queries zero and drops their part: no second definition of attention to keep equal.</remarks>
    public static (Tensor Pattern, Tensor Values) Of(Backend backend, Tensor q, KeyValueCache cache, AttentionSpec spec)
    {
        var (rows, heads, count) = (q.Shape[0], q.Shape[1], cache.Count);
        var queries = Tensor.Zeros(q.DType, count, heads, cache.DHead);
        q.CopyTo(queries.Rows(count - rows, rows));
        var keys = Tensor.Zeros(q.DType, count, cache.Heads, cache.DHead);
        var values = Tensor.Zeros(q.DType, count, cache.Heads, cache.DHead);
        cache.CopyTo(keys, values);

        var whole = Tensor.Zeros(q.DType, heads, count, count);
        backend.Attention(queries, keys, values, [new(0, count)], spec, Tensor.Zeros(q.DType, count, heads, cache.DHead), [whole]);
        var newest = Tensor.Zeros(q.DType, heads, rows, count);
        for (var head = 0; head < heads; head++)
            whole.Rows(head, 1).Reshape(count, count).Rows(count - rows, rows).CopyTo(newest.Rows(head, 1));
        return (newest, values);
    }

    /// <summary>Lets a sequence's callbacks see its pattern; for queries that an edit changed z = pattern·v in each head: [heads, query, key], [key, keyHeads, dHead] → [query, heads, dHead].</summary>
    public static void Show(Pass pass, HookPoint hook, int sequence, Tensor pattern, Tensor v, Tensor z)
    {
        var before = pass.Edits(hook, sequence) ? pattern.Clone() : null;
        pass.Fire(hook, sequence, pattern);
        if (before is not null) Mix(pass.Backend, pattern, v, z, Changed(before, pattern));
    }

    /// <summary>The queries whose weights differ in some head: only those leave the fast path, so that the others keep their bits.</summary>
    private static bool[] Changed(Tensor before, Tensor after)
    {
        var changed = new bool[after.Shape[1]];
        var (left, right) = (before.Reshape(before.RowCount, before.Columns), after.Reshape(after.RowCount, after.Columns)); // [heads*query, key]
        for (var row = 0; row < right.RowCount; row++)
            changed[row % changed.Length] |= !left.Rows(row, 1).RawBytes().SequenceEqual(right.Rows(row, 1).RawBytes());
        return changed;
    }

    private static void Mix(Backend backend, Tensor pattern, Tensor v, Tensor z, bool[] changed)
    {
        var (heads, queries, keys, dHead) = (pattern.Shape[0], pattern.Shape[1], pattern.Shape[2], v.Columns);
        var values = Tensor.Zeros(v.DType, keys, dHead);
        var mixed = Tensor.Zeros(v.DType, queries, dHead);
        for (var head = 0; head < heads; head++)
        {
            var keyHead = head * v.Shape[1] / heads;
            for (var key = 0; key < keys; key++) Head(v, key, keyHead).CopyTo(values.Rows(key, 1));
            backend.MatMul(pattern.Rows(head, 1).Reshape(queries, keys), values, mixed);
            for (var query = 0; query < queries; query++)
                if (changed[query]) mixed.Rows(query, 1).CopyTo(Head(z, query, head));
        }
    }

    private static Tensor Head(Tensor x, int row, int head) => x.Rows(row, 1).Reshape(x.Shape[1], x.Columns).Rows(head, 1);
}
