namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>y[i] = table[ids[i]]: [rows] → [rows, dModel]. The table may be bf16 or f16.</summary>
    public void Embed(ReadOnlySpan<int> ids, Tensor table, Tensor y)
    {
        RequireFloat(y, nameof(y));
        Shape.Require(y, [("dModel", table.Columns)]);
        if (y.RowCount != ids.Length) throw ShapeException.Mismatch(nameof(y), $"{ids.Length} rows", y.ShapeText);
        RequireIds(ids, table.RowCount);
        EmbedCore(ids, table, y);
    }

    /// <summary>dTable[ids[i]] += dy[i], in the order of i.</summary>
    public void EmbedBackward(ReadOnlySpan<int> ids, Tensor dy, Tensor dTable)
    {
        RequireFloat(dy, nameof(dy));
        Shape.Require(dTable, dy.DType, [("dModel", dy.Columns)]);
        if (dy.RowCount != ids.Length) throw ShapeException.Mismatch(nameof(dy), $"{ids.Length} rows", dy.ShapeText);
        RequireIds(ids, dTable.RowCount);
        EmbedBackwardCore(ids, dy, dTable);
    }

    /// <summary>losses[i] = log Σ exp(logits[i]) − logits[i, target], nats; a target of −1 gives 0. [rows, dVocab] → [rows].</summary>
    public void CrossEntropy(Tensor logits, ReadOnlySpan<int> targets, Tensor losses)
    {
        RequireFloat(logits, nameof(logits));
        RequireTargets(logits, targets);
        Shape.Require(losses, logits.DType, [("rows", logits.RowCount)]);
        CrossEntropyCore(logits, targets, losses);
    }

    /// <summary>dLogits = (softmax(logits) − onehot(target)) · dLosses[row]; rows with target −1 get 0. dLogits may be logits.</summary>
    public void CrossEntropyBackward(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor dLogits)
    {
        RequireFloat(logits, nameof(logits));
        RequireTargets(logits, targets);
        Shape.Require(dLosses, logits.DType, [("rows", logits.RowCount)]);
        Shape.RequireSame(logits, dLogits);
        CrossEntropyBackwardCore(logits, targets, dLosses, dLogits);
    }

    private static void RequireTargets(Tensor logits, ReadOnlySpan<int> targets)
    {
        if (targets.Length != logits.RowCount) throw ShapeException.Mismatch(nameof(targets), $"{logits.RowCount} targets", $"{targets.Length}");
        foreach (var target in targets)
            if (target < -1 || target >= logits.Columns) throw OptionException.Invalid($"Token id {target} lies outside the vocabulary of {logits.Columns}.", "Check that the tokenizer belongs to this model.");
    }

    private static void RequireIds(ReadOnlySpan<int> ids, int count)
    {
        foreach (var id in ids)
            if ((uint)id >= (uint)count) throw OptionException.Invalid($"Token id {id} lies outside the vocabulary of {count}.", "Check that the tokenizer belongs to this model.");
    }

    protected abstract void EmbedCore(ReadOnlySpan<int> ids, Tensor table, Tensor y);
    protected abstract void EmbedBackwardCore(ReadOnlySpan<int> ids, Tensor dy, Tensor dTable);
    protected abstract void CrossEntropyCore(Tensor logits, ReadOnlySpan<int> targets, Tensor losses);
    protected abstract void CrossEntropyBackwardCore(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor dLogits);
}
