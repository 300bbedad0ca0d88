namespace SaeSharp.Models.Chat.Values;

/// <summary>Which UTF-16 units of a text come from the conversation; all others come from the template.</summary>
/// <remarks>
/// This is how a control token that a message spells is told from one that the template writes: the text remembers who wrote it, through every slice, concatenation
/// and replacement. A road not taken: marking contents with rare characters and looking for them afterwards, which any trim, split or comparison can break.
/// </remarks>
internal readonly struct Provenance
{
    private readonly int[]? _flips; // ascending; a text begins in the template and changes sides at each

    private Provenance(int[] flips) => _flips = flips.Length == 0 ? null : flips;

    /// <summary>All of it from the template.</summary>
    public static Provenance Template => default;

    /// <summary>All of it from the conversation.</summary>
    public static Provenance Content(int length) => length == 0 ? default : new([0, length]);

    public static Provenance Of(List<int> flips) => new([.. flips]);

    public bool IsTemplate => _flips is null;

    /// <summary>How many ranges come from the conversation.</summary>
    public int Count => (_flips?.Length ?? 0) / 2;

    /// <summary>Range <paramref name="index"/>, end exclusive.</summary>
    public (int Start, int End) this[int index] => (_flips![2 * index], _flips[2 * index + 1]);

    /// <summary>That of the units from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public Provenance Slice(int start, int end)
    {
        if (_flips is null || start >= end) return default;
        var first = FirstEndingAfter(start);
        var flips = new List<int>();
        for (var i = first; i < Count && this[i].Start < end; i++)
        {
            flips.Add(Math.Max(this[i].Start, start) - start);
            flips.Add(Math.Min(this[i].End, end) - start);
        }
        return Of(flips);
    }

    /// <summary>Whether any unit from <paramref name="start"/> to <paramref name="end"/> comes from the conversation.</summary>
    public bool Touches(int start, int end)
    {
        var first = _flips is null ? 0 : FirstEndingAfter(start);
        return first < Count && this[first].Start < end;
    }

    private int FirstEndingAfter(int position)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].End > position) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
