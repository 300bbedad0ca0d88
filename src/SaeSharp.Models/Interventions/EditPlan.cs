namespace SaeSharp.Models.Interventions;

/// <summary>All edits of a run.</summary>
public sealed class EditPlan(IEnumerable<Edit> edits, int promptLength)
{
    private readonly Edit[] _edits = [.. edits];

    /// <summary>Adds the edits to <paramref name="hooks"/> and returns it.</summary>
    public HookSet AddTo(HookSet hooks) => throw new NotImplementedException($"{_edits.Length} {promptLength}");
}
