namespace SaeSharp.Numerics.Autograd;

public sealed partial class Tape
{
    /// <summary>Rows of a table: [rows] ids → [rows, dModel]. The gradients of a repeated id add up.</summary>
    public Variable Embed(int[] ids, Variable table)
    {
        var y = New(table.Value.DType, ids.Length, table.Value.Columns);
        backend.Embed(ids, table.Value, y);
        return Record(y, [table], dy => backend.EmbedBackward(ids, dy, table.GradientSum()!));
    }

    /// <summary>log Σ exp(logits) − logits[target] of each row, nats: [rows, dVocab] → [rows]. A target of −1 gives 0 and no gradient.</summary>
    public Variable CrossEntropy(Variable logits, int[] targets)
    {
        var losses = New(logits.Value.DType, logits.Value.RowCount);
        backend.CrossEntropy(logits.Value, targets, losses);
        return Record(losses, [logits], dLosses => logits.AddGradient(backend, dLogits => backend.CrossEntropyBackward(logits.Value, targets, dLosses, dLogits)));
    }
}
