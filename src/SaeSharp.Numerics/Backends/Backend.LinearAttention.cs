namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>y[t, c] = Σⱼ weight[j, c]·x[t − kernel + 1 + j, c] within each sequence: every channel looks back over the last rows by itself.</summary>
    /// <param name="x">[rows, channels].</param>
    /// <param name="weight">[kernel, channels].</param>
    /// <param name="sequences">Disjoint spans of the rows; rows in no span are left as they are.</param>
    /// <param name="states">One [kernel, channels] a sequence: the rows before its first, replaced by its newest. Null for zeros that are not kept.</param>
    /// <param name="parts">y [rows, ..], cut into tensors of consecutive channels; none of them x.</param>
    public void CausalConvolution(Tensor x, Tensor weight, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, ReadOnlySpan<Tensor> parts)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(x, [("channels", weight.Columns)]);
        Shape.RequireType(weight, x.DType);
        if (x.Rank != 2 || weight.Rank != 2) throw ShapeException.Mismatch(nameof(weight), $"[kernel, channels] for [rows, channels]", $"{weight.ShapeText} for {x.ShapeText}");
        RequireSpans(x, sequences);
        RequireStates(states, sequences.Length, x.DType, ("kernel", weight.Shape[0]), ("channels", weight.Columns));
        var channels = 0L;
        foreach (var part in parts)
        {
            Shape.RequireType(part, x.DType);
            if (part.Rank < 2 || part.Shape[0] != x.Shape[0]) throw ShapeException.Mismatch(nameof(parts), $"[{x.Shape[0]} rows, ..]", part.ShapeText);
            channels += Width(part);
        }
        if (channels != x.Columns) throw ShapeException.Mismatch(nameof(parts), $"{x.Columns} channels in all", $"{channels}");
        CausalConvolutionCore(x, weight, sequences, states, parts);
        for (var s = 0; s < states?.Length; s++) Shift(states[s], x.Rows(sequences[s].Start, sequences[s].Count));
    }

    /// <summary>The gated delta rule (arXiv:2412.06464 Eq. 10) in each value head by itself, row after row: S ← exp(g)·S, S ← S + k·(β·(v − Sᵀk))ᵀ, y = Sᵀq. S begins with zeros.</summary>
    /// <remarks>S has the computing type between two rows, so that steps with a state have the bits of the whole sequence. Value heads share key heads in equal groups.</remarks>
    /// <param name="q">[rows, keyHeads, dKey].</param>
    /// <param name="k">[rows, keyHeads, dKey].</param>
    /// <param name="v">[rows, valueHeads, dValue].</param>
    /// <param name="g">Logarithm of what is kept of S, [rows, valueHeads].</param>
    /// <param name="beta">How much of the difference is learnt, [rows, valueHeads].</param>
    /// <param name="sequences">Disjoint spans of the rows; rows in no span are left as they are.</param>
    /// <param name="states">S of each sequence, [valueHeads, dKey, dValue], before its first row, replaced by that after its last. Null for zeros that are not kept.</param>
    /// <param name="y">[rows, valueHeads, dValue]; not v.</param>
    public void DeltaRule(Tensor q, Tensor k, Tensor v, Tensor g, Tensor beta, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, Tensor y)
    {
        RequireFloat(q, nameof(q));
        Shape.RequireSame(q, k);
        Shape.RequireSame(v, y);
        Shape.RequireType(v, q.DType);
        if (q.Rank != 3 || v.Rank != 3 || q.Shape[0] != v.Shape[0] || q.Shape[1] == 0 || v.Shape[1] % q.Shape[1] != 0)
            throw ShapeException.Mismatch(nameof(v), $"[rows, a multiple of the key heads, dValue] for {q.ShapeText}", v.ShapeText);
        Shape.Require(g, q.DType, [("rows", v.Shape[0]), ("valueHeads", v.Shape[1])]);
        Shape.Require(beta, q.DType, [("rows", v.Shape[0]), ("valueHeads", v.Shape[1])]);
        RequireSpans(q, sequences);
        RequireStates(states, sequences.Length, q.DType, ("valueHeads", v.Shape[1]), ("dKey", q.Columns), ("dValue", v.Columns));
        DeltaRuleCore(q, k, v, g, beta, sequences, states, y);
    }

    /// <summary>Numbers of a row of a tensor with any axes behind the rows.</summary>
    private protected static long Width(Tensor tensor)
    {
        var width = 1L;
        foreach (var size in tensor.Shape[1..]) width *= size;
        return width;
    }

    private static void RequireSpans(Tensor x, ReadOnlySpan<SequenceSpan> sequences)
    {
        foreach (var span in sequences)
            if (span.Start < 0 || span.Count < 0 || span.Start > x.Shape[0] - span.Count) throw ShapeException.Mismatch(nameof(sequences), $"spans within {x.Shape[0]} rows", $"{span}");
    }

    private static void RequireStates(Tensor[]? states, int sequences, DType type, params ReadOnlySpan<(string Name, int Size)> axes)
    {
        if (states is null) return;
        if (states.Length != sequences) throw ShapeException.Mismatch(nameof(states), $"{sequences} states", $"{states.Length}");
        foreach (var state in states) Shape.Require(state, type, axes);
    }

    /// <summary>Moves rows into a state, whose oldest go.</summary>
    private static void Shift(Tensor state, Tensor rows)
    {
        var (kept, fresh) = (Math.Max(0, state.Shape[0] - rows.Shape[0]), Math.Min(state.Shape[0], rows.Shape[0]));
        state.Rows(state.Shape[0] - kept, kept).CopyTo(state.Rows(0, kept));
        rows.Rows(rows.Shape[0] - fresh, fresh).CopyTo(state.Rows(kept, fresh));
    }

    protected abstract void CausalConvolutionCore(Tensor x, Tensor weight, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, ReadOnlySpan<Tensor> parts);
    protected abstract void DeltaRuleCore(Tensor q, Tensor k, Tensor v, Tensor g, Tensor beta, ReadOnlySpan<SequenceSpan> sequences, Tensor[]? states, Tensor y);
}
