namespace SaeSharp.Lab.Harvesting;

/// <summary>The order in which an epoch goes through the units of a corpus (windows, or runs of a store): a permutation that depends on the seed and the epoch only.</summary>
internal sealed class EpochOrder
{
    private readonly long[] _starts;

    /// <param name="counts">Tokens of each unit.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="epoch">Epoch.</param>
    public EpochOrder(IReadOnlyList<int> counts, int seed, int epoch)
    {
        Order = [.. Enumerable.Range(0, counts.Count)];
        var random = new SplitMix(((ulong)(uint)seed << 32) | (uint)epoch);
        for (var i = Order.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (Order[i], Order[j]) = (Order[j], Order[i]);
        }
        _starts = new long[counts.Count + 1];
        for (var i = 0; i < Order.Length; i++) _starts[i + 1] = _starts[i] + counts[Order[i]];
    }

    /// <summary>Unit numbers in this epoch's order.</summary>
    public int[] Order { get; }

    /// <summary>How many tokens stand before the <paramref name="place"/>-th unit of this order.</summary>
    public long Start(int place) => _starts[place];

    /// <summary>The place in this order of the unit that holds token number <paramref name="token"/>.</summary>
    public int PlaceOf(long token)
    {
        var found = Array.BinarySearch(_starts, token);
        if (found < 0) return ~found - 1;
        while (_starts[found + 1] == token) found++; // units without a token have the same start
        return found;
    }
}
