namespace SaeSharp.Saes.Synthetic;

/// <summary>One sample while it is drawn: features that fire so far, in slots. They are their own queue: children are added behind their parents.</summary>
internal ref struct SampleRow(SyntheticWorld world, HazardBound bound, SampleRandom random, ReadOnlySpan<float> factors, Span<int> indices, Span<float> values)
{
    private readonly Span<int> _indices = indices;
    private readonly Span<float> _values = values;
    private int _count;

    public SampleRandom Random = random;

    /// <summary>ε, then 1.</summary>
    public ReadOnlySpan<float> Factors { get; } = factors;

    /// <summary>Adds a feature that is on, unless its strength comes out as 0.</summary>
    public void TurnOn(int feature) => Add(feature, Strength(feature));

    /// <summary>Adds the descendants and empties the other slots. False where there were too few of them.</summary>
    public bool Finish()
    {
        for (var next = 0; next < _count && _count <= _indices.Length; next++) AddChildren(_indices[next], _values[next]);
        if (_count > _indices.Length) return false;
        _indices[_count..].Fill(-1);
        _values[_count..].Clear();
        return true;
    }

    private void AddChildren(int parent, float strength)
    {
        var scale = world.Tree.ScalesChildren(parent) ? strength / world.Means[parent] : 1;
        var isExclusive = world.Tree.IsExclusive(parent);
        var (rivals, winner, winning) = (0, -1, 0f);
        foreach (var child in world.Tree.Children(parent))
        {
            if (Random.Uniform() >= Gaussian.Below(bound.Score(child, Factors))) continue;
            var own = Strength(child);
            if (own <= 0) continue;
            if (!isExclusive) Add(child, own * scale);
            else if (Random.Below(++rivals) == 0) (winner, winning) = (child, own); // each of them wins equally often
        }
        if (winner >= 0) Add(winner, winning * scale);
    }

    private float Strength(int feature) => (float)Math.Max(0, world.Means[feature] + world.Deviations[feature] * Random.Normal());

    private void Add(int feature, float strength)
    {
        if (strength <= 0) return;
        if (_count < _indices.Length) (_indices[_count], _values[_count]) = (feature, strength);
        _count++;
    }
}
