namespace SaeSharp.Lab.Demo.World.Concepts;

/// <summary>A set of concepts by their number, at most <see cref="Capacity"/> of them.</summary>
internal readonly record struct ConceptSet(ulong Low, ulong High)
{
    public const int Capacity = 128;

    public bool IsEmpty => (Low | High) == 0;

    public static ConceptSet Of(int concept) => concept < 64 ? new(1UL << concept, 0) : new(0, 1UL << (concept - 64));

    public bool Contains(int concept) => ((concept < 64 ? Low : High) >> (concept & 63) & 1) != 0;

    public bool Contains(ConceptSet other) => (this & other) == other;

    /// <summary>The numbers in it, ascending.</summary>
    public IEnumerable<int> Numbers()
    {
        for (var concept = 0; concept < Capacity; concept++)
            if (Contains(concept)) yield return concept;
    }

    public static ConceptSet operator |(ConceptSet a, ConceptSet b) => new(a.Low | b.Low, a.High | b.High);

    public static ConceptSet operator &(ConceptSet a, ConceptSet b) => new(a.Low & b.Low, a.High & b.High);

    public static ConceptSet operator ~(ConceptSet a) => new(~a.Low, ~a.High);
}
