using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>Which rows an edit changed, for values that stand beside the fast path: only those rows leave it, so that the others keep their bits.</summary>
internal sealed class EditedRows
{
    private readonly Tensor? _before;

    /// <param name="pass">The run.</param>
    /// <param name="hook">Where the value is shown.</param>
    /// <param name="value">[rows, ..], before the hook's callbacks.</param>
    public EditedRows(Pass pass, HookPoint hook, Tensor value) => _before = pass.Edits(hook) ? value.Clone() : null;

    /// <summary>The rows that are not what they were.</summary>
    public IEnumerable<int> In(Tensor value)
    {
        for (var row = 0; _before is not null && row < value.Shape[0]; row++)
            if (!_before.Rows(row, 1).RawBytes().SequenceEqual(value.Rows(row, 1).RawBytes())) yield return row;
    }
}
