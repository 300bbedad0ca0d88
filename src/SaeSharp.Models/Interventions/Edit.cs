using SaeSharp.Numerics;

namespace SaeSharp.Models.Interventions;

/// <summary>One change of a hook's value h at chosen positions.</summary>
/// <remarks>
/// An edit says what it adds to h; it does not touch h. So all edits at one hook read the same unedited h, and their changes sum up
/// (<see cref="EditPlan"/>). Changes are f64: setting a value then hits it to the last bit of an f32.
/// </remarks>
public abstract class Edit
{
    /// <param name="hook">The hook point.</param>
    /// <param name="positions">Where it acts.</param>
    protected Edit(string hook, EditPositions positions)
    {
        if (hook.EndsWith("hook_pattern", StringComparison.Ordinal))
            throw OptionException.Invalid($"{hook} has no row a position, expected a hook with a vector at each position.", "Edit attn.hook_z or hook_attn_out instead.");
        (Hook, Positions) = (hook, positions);
    }

    public string Hook { get; }

    public EditPositions Positions { get; }

    /// <summary>Adds this edit's change of each row to <paramref name="change"/>. The tensors are valid during the call only.</summary>
    /// <param name="h">The rows at which the edit acts, unedited, [n, width], in the model's compute type; heads are one axis of heads · dHead.</param>
    /// <param name="positions">Their positions in the sequence, [n].</param>
    /// <param name="change">[n, width], f64; add to it.</param>
    public abstract void AddChange(Tensor h, ReadOnlySpan<int> positions, Tensor change);
}
