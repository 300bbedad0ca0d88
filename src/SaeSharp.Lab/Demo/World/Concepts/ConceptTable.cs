namespace SaeSharp.Lab.Demo.World.Concepts;

/// <summary>All concepts of the world, as <c>concepts.tsv</c> lists them: name, kind, parent, description.</summary>
internal sealed class ConceptTable
{
    private readonly Dictionary<string, Concept> _byName;
    private readonly ConceptSet[] _closures;

    private ConceptTable(IReadOnlyList<Concept> all)
    {
        if (all.Count > ConceptSet.Capacity) throw new InvalidDataException($"The table has {all.Count} concepts, expected at most {ConceptSet.Capacity}.");
        (All, _byName) = (all, all.ToDictionary(concept => concept.Name));
        _closures = [.. all.Select(Closure)];
    }

    public IReadOnlyList<Concept> All { get; }

    public static ConceptTable Read(IEnumerable<string> lines) => new([.. lines.Select(line => line.Split('\t')).Index().Select(row =>
        new Concept(row.Index, row.Item[0], Enum.Parse<ConceptKind>(row.Item[1], ignoreCase: true), row.Item[2] is "-" ? null : row.Item[2], row.Item[3]))]);

    public Concept this[string name] => _byName.TryGetValue(name, out var concept) ? concept : throw new InvalidDataException($"concepts.tsv has no '{name}'.");

    public bool Has(string name) => _byName.ContainsKey(name);

    /// <summary>The concept and all that it implies: its parent, that one's parent and so on.</summary>
    public ConceptSet WithParents(int concept) => _closures[concept];

    /// <summary>The same for all of a set.</summary>
    public ConceptSet WithParents(ConceptSet concepts)
    {
        var all = default(ConceptSet);
        foreach (var concept in concepts.Numbers()) all |= _closures[concept];
        return all;
    }

    /// <summary>The concept and all that imply it.</summary>
    public ConceptSet WithChildren(int concept)
    {
        var all = default(ConceptSet);
        foreach (var other in All)
            if (_closures[other.Number].Contains(concept)) all |= ConceptSet.Of(other.Number);
        return all;
    }

    private ConceptSet Closure(Concept concept)
    {
        var (set, steps) = (ConceptSet.Of(concept.Number), 0);
        for (var at = concept; at.Parent is { } parent; set |= ConceptSet.Of(at.Number))
        {
            at = this[parent];
            if (++steps > All.Count) throw new InvalidDataException($"'{concept.Name}' is its own ancestor.");
        }
        return set;
    }
}
