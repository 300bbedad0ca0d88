using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Models.Interventions;

/// <summary>All edits of a run, joined at each hook: every one reads the same unedited h, and h becomes h + Σ changes.</summary>
/// <param name="edits">The edits; their order does not matter.</param>
/// <param name="promptLength">How many tokens of each sequence are the prompt.</param>
public sealed class EditPlan(IEnumerable<Edit> edits, int promptLength)
{
    private readonly ILookup<string, Edit> _edits = edits.ToLookup(edit => edit.Hook, StringComparer.Ordinal);

    /// <summary>Adds the edits to <paramref name="hooks"/> and returns it.</summary>
    public HookSet AddTo(HookSet hooks)
    {
        ArgumentNullException.ThrowIfNull(hooks);
        foreach (var atHook in _edits) hooks.Edit(atHook.Key, (value, positions) => Apply([.. atHook], value, positions));
        return hooks;
    }

    private void Apply(Edit[] editsHere, Tensor value, ReadOnlySpan<int> positions)
    {
        if (value.Count == 0) return;
        var h = value.Reshape(positions.Length, (int)(value.Count / positions.Length));          // [rows, width]
        var total = Tensor.Zeros(DType.F64, h.Shape);                                            // [rows, width]
        foreach (var edit in editsHere) AddChange(edit, h, positions, total);
        for (var row = 0; row < h.RowCount; row++) AddTo(h, total, row);
        total.Free();
    }

    /// <summary>h + change, rounded once; where nothing changes h keeps its bits.</summary>
    private static void AddTo(Tensor h, Tensor total, int row)
    {
        var changes = total.Row<double>(row);
        if (h.DType == DType.F32)
        {
            var values = h.Row<float>(row);
            for (var i = 0; i < values.Length; i++)
                if (changes[i] != 0) values[i] = (float)(values[i] + changes[i]);
            return;
        }
        var exact = h.Row<double>(row);
        for (var i = 0; i < exact.Length; i++)
            if (changes[i] != 0) exact[i] += changes[i];
    }

    private void AddChange(Edit edit, Tensor h, ReadOnlySpan<int> positions, Tensor total)
    {
        var rows = new List<int>();
        for (var row = 0; row < positions.Length; row++)
            if (edit.Positions.Contains(positions[row], promptLength)) rows.Add(row);
        if (rows.Count == 0) return;

        var chosen = Tensor.Zeros(h.DType, rows.Count, h.Columns);                               // [n, width]
        var change = Tensor.Zeros(DType.F64, chosen.Shape);                                      // [n, width]
        var places = new int[rows.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = positions[rows[i]];
            h.Rows(rows[i], 1).CopyTo(chosen.Rows(i, 1));
        }
        edit.AddChange(chosen, places, change);
        for (var i = 0; i < places.Length; i++) TensorPrimitives.Add(total.Row<double>(rows[i]), change.Row<double>(i), total.Row<double>(rows[i]));
        chosen.Free();
        change.Free();
    }
}
