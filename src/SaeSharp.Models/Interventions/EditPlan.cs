using SaeSharp.Numerics;

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
        for (var i = 0L; i < h.Count; i++)
            if (total.Read(i) is not 0 and var change) h.Write(i, h.Read(i) + change);
        total.Free();
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
        for (var i = 0; i < places.Length; i++)
            for (var j = 0; j < h.Columns; j++) total.Row<double>(rows[i])[j] += change.Row<double>(i)[j];
        chosen.Free();
        change.Free();
    }
}
