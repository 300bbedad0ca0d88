namespace SaeSharp.Models;

/// <summary>A named place in a model.</summary>
/// <param name="Name">TransformerLens name: <c>blocks.0.hook_resid_pre</c> …</param>
/// <param name="Order">Its place among all hooks, in the order a run passes them.</param>
/// <param name="RowShape">Axes after rows; null where a row has none of fixed size (<c>hook_pattern</c>).</param>
internal sealed record HookPoint(string Name, int Order, int[]? RowShape)
{
    /// <summary>Its bit in a <see cref="HookSet"/>.</summary>
    public ulong Mark { get; } = HookSet.MarkOf(Name);
}

/// <summary>Collects the hook points of a model while it is built; blocks add theirs in the order in which a run passes them.</summary>
internal sealed class HookList
{
    private readonly List<HookPoint> _points = [];

    public IReadOnlyList<HookPoint> Points => _points;

    public HookPoint Add(string name, params int[]? rowShape)
    {
        var point = new HookPoint(name, _points.Count, rowShape);
        _points.Add(point);
        return point;
    }
}
