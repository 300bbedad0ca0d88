using System.Numerics;

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

    /// <summary>The same for a loop that must be fast.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Adds 1 to the count of each.</summary>
    public void AddTo(int[] counts)
    {
        foreach (var concept in this) counts[concept]++;
    }

    public static ConceptSet operator |(ConceptSet a, ConceptSet b) => new(a.Low | b.Low, a.High | b.High);

    public static ConceptSet operator &(ConceptSet a, ConceptSet b) => new(a.Low & b.Low, a.High & b.High);

    public static ConceptSet operator ~(ConceptSet a) => new(~a.Low, ~a.High);

    /// <summary>Goes through the numbers of a set.</summary>
    public struct Enumerator(ConceptSet set)
    {
        private ulong _low = set.Low, _high = set.High;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            if (_low != 0)
            {
                Current = BitOperations.TrailingZeroCount(_low);
                _low &= _low - 1;
                return true;
            }
            if (_high == 0) return false;
            Current = 64 + BitOperations.TrailingZeroCount(_high);
            _high &= _high - 1;
            return true;
        }
    }
}
