using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Models.Interventions;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>A condition whose SAE is at hand.</summary>
/// <param name="Sae">Whose feature decides.</param>
/// <param name="Feature">Which.</param>
/// <param name="Above">t: it holds where f &gt; t.</param>
/// <param name="Reach">For which tokens.</param>
internal sealed record ResolvedCondition(LoadedSae Sae, int Feature, double Above, ConditionReach Reach);

/// <summary>Watches one text's run: at which positions a condition's feature is above its value. Each step's codes are needed at once, so they are not read in chunks.</summary>
internal sealed class ConditionWatch(ResolvedCondition condition, ActivationView view)
{
    private readonly HashSet<int> _fired = [];
    private int _first = int.MaxValue;

    /// <summary>Looks at the hook before any edit that is added to <paramref name="hooks"/> later.</summary>
    public void AddTo(HookSet hooks) => hooks.Edit(view.Hook, (value, positions) =>
    {
        var h = value.Reshape(positions.Length, (int)(value.Count / positions.Length));          // [rows, width]
        var values = condition.Sae.ValuesOf(view.Read(h.Clone()), condition.Feature);            // f [rows]
        for (var row = 0; row < values.Length; row++)
        {
            if (!(values[row] > condition.Above)) continue;
            _fired.Add(positions[row]);
            _first = Math.Min(_first, positions[row]);
        }
    });

    public bool HoldsAt(int position) => condition.Reach == ConditionReach.Since ? position >= _first : _fired.Contains(position);
}

/// <summary>An edit that acts only where a condition holds.</summary>
internal sealed class ConditionalEdit(Edit edit, ConditionWatch watch) : Edit(edit.Hook, edit.Positions)
{
    public override void AddChange(Tensor h, ReadOnlySpan<int> positions, Tensor change)
    {
        for (var row = 0; row < positions.Length; row++)
            if (watch.HoldsAt(positions[row])) edit.AddChange(h.Rows(row, 1), positions.Slice(row, 1), change.Rows(row, 1));
    }
}
