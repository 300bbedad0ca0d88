namespace SaeSharp.Saes.Synthetic;

/// <summary>Which feature needs which other one to fire: a forest over the features 0 .. N − 1. Features outside it are roots without children.</summary>
public sealed class FeatureTree
{
    private readonly int[] _starts, _children;
    private readonly bool[] _exclusive, _scales;

    /// <param name="children">Children of each feature.</param>
    /// <param name="exclusive">Whether at most one child of the feature fires.</param>
    /// <param name="scales">Whether the feature's children grow and shrink with it.</param>
    /// <exception cref="OptionException">A feature has two parents, is its own ancestor, or does not exist.</exception>
    public FeatureTree(IReadOnlyList<IReadOnlyList<int>> children, bool[] exclusive, bool[] scales)
    {
        ArgumentNullException.ThrowIfNull(children);
        ArgumentNullException.ThrowIfNull(exclusive);
        ArgumentNullException.ThrowIfNull(scales);
        (Features, _exclusive, _scales) = (children.Count, exclusive, scales);
        (_starts, _children) = (new int[Features + 1], [.. children.SelectMany(list => list)]);
        for (var i = 0; i < Features; i++) _starts[i + 1] = _starts[i] + children[i].Count;
        Parents = new int[Features];
        Parents.AsSpan().Fill(-1);
        for (var i = 0; i < Features; i++)
            foreach (var child in Children(i)) SetParent(child, i);
        RequireForest();
    }

    /// <summary>N.</summary>
    public int Features { get; }

    /// <summary>Parent of each feature; −1 for roots and for features outside all trees.</summary>
    public int[] Parents { get; }

    public ReadOnlySpan<int> Children(int feature) => _children.AsSpan(_starts[feature], _starts[feature + 1] - _starts[feature]);

    public bool IsExclusive(int feature) => _exclusive[feature];

    public bool ScalesChildren(int feature) => _scales[feature];

    /// <summary>SAELens' complete trees, numbered breadth first: all roots, then the children of each, level by level, until features run out.</summary>
    public static FeatureTree Build(SyntheticSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var children = new IReadOnlyList<int>[spec.Features];
        Array.Fill(children, []); // most features have none
        var (first, next) = (0, Math.Min(spec.Roots, spec.Features));
        for (var depth = 0; depth < spec.Depth; depth++)
        {
            var end = next;
            for (; first < end && next < spec.Features; first++)
            {
                var count = Math.Min(spec.Branching, spec.Features - next);
                children[first] = [.. Enumerable.Range(next, count)];
                next += count;
            }
        }
        bool[] hasTwo = [.. children.Select(list => spec.ExclusiveSiblings && list.Count > 1)], scales = [.. children.Select(list => spec.ScaleChildrenByParent && list.Count > 0)];
        return new(children, hasTwo, scales);
    }

    private void SetParent(int child, int parent)
    {
        if ((uint)child >= (uint)Features) throw OptionException.Invalid($"Feature {parent} has a child {child}, expected one of 0 to {Features - 1}.", "Check the tree.");
        if (Parents[child] >= 0) throw OptionException.Invalid($"Feature {child} has two parents, {Parents[child]} and {parent}.", "A feature stands in a tree at most once.");
        Parents[child] = parent;
    }

    /// <summary>With one parent each, a feature that no root reaches is part of a ring.</summary>
    private void RequireForest()
    {
        var reached = new List<int>(Enumerable.Range(0, Features).Where(i => Parents[i] < 0));
        for (var i = 0; i < reached.Count; i++) reached.AddRange(Children(reached[i]));
        if (reached.Count == Features) return;
        var lost = Enumerable.Range(0, Features).Except(reached).First();
        throw OptionException.Invalid($"Feature {lost} is its own ancestor.", "Check the tree.");
    }
}
