namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>A set of code points: sorted ranges, both ends included, neither touching nor overlapping.</summary>
internal sealed class CodePointSet
{
    public const int Last = 0x10FFFF;

    public static readonly CodePointSet Empty = new([]);
    public static readonly CodePointSet All = new([(0, Last)]);

    private readonly (int First, int Last)[] ranges;

    private CodePointSet((int First, int Last)[] ranges) => this.ranges = ranges;

    public IReadOnlyList<(int First, int Last)> Ranges => ranges;

    public bool IsEmpty => ranges.Length == 0;

    /// <summary>The code point of a set of one, else null.</summary>
    public int? Single => ranges is [var (first, last)] && first == last ? first : null;

    public static CodePointSet Of(int codePoint) => new([(codePoint, codePoint)]);

    public static CodePointSet Range(int first, int last) => new([(first, last)]);

    /// <summary>The ranges in any order, overlapping or not.</summary>
    public static CodePointSet Of(IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1) merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }
        return new([.. merged]);
    }

    /// <summary>The code points that <paramref name="contains"/> holds for.</summary>
    public static CodePointSet Where(Func<int, bool> contains)
    {
        var found = new List<(int, int)>();
        var first = -1;
        for (var point = 0; point <= Last + 1; point++)
        {
            var inside = point <= Last && contains(point);
            if (inside && first < 0) first = point;
            if (inside || first < 0) continue;
            found.Add((first, point - 1));
            first = -1;
        }
        return new([.. found]);
    }

    public CodePointSet Or(CodePointSet other) => Of(ranges.Concat(other.ranges));

    public CodePointSet And(CodePointSet other) => Not().Or(other.Not()).Not();

    public CodePointSet Except(CodePointSet other) => Not().Or(other).Not();

    public CodePointSet Not()
    {
        var gaps = new List<(int, int)>(ranges.Length + 1);
        var next = 0;
        foreach (var (first, last) in ranges)
        {
            if (next < first) gaps.Add((next, first - 1));
            next = last + 1;
        }
        if (next <= Last) gaps.Add((next, Last));
        return new([.. gaps]);
    }

    public bool Contains(int codePoint)
    {
        var (low, high) = (0, ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < ranges[middle].First) high = middle - 1;
            else if (codePoint > ranges[middle].Last) low = middle + 1;
            else return true;
        }
        return false;
    }

    public bool SetEquals(CodePointSet other) => ranges.AsSpan().SequenceEqual(other.ranges);
}
