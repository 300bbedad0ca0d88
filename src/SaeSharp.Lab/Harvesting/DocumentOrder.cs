namespace SaeSharp.Lab.Harvesting;

/// <summary>The order in which an epoch goes through the windows of a corpus: a permutation that depends on the seed and the epoch only.</summary>
internal sealed class DocumentOrder
{
    private readonly long[] _starts;

    public DocumentOrder(IReadOnlyList<Window> windows, int seed, int epoch)
    {
        Order = [.. Enumerable.Range(0, windows.Count)];
        var random = new SplitMix(((ulong)(uint)seed << 32) | (uint)epoch);
        for (var i = Order.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (Order[i], Order[j]) = (Order[j], Order[i]);
        }
        _starts = new long[windows.Count + 1];
        for (var i = 0; i < Order.Length; i++) _starts[i + 1] = _starts[i] + windows[Order[i]].Kept.Length;
    }

    /// <summary>Window numbers in this epoch's order.</summary>
    public int[] Order { get; }

    /// <summary>How many tokens that count stand before the <paramref name="place"/>-th window of this order.</summary>
    public long Start(int place) => _starts[place];

    /// <summary>The place in this order of the window that holds token number <paramref name="token"/>.</summary>
    public int PlaceOf(long token)
    {
        var found = Array.BinarySearch(_starts, token);
        if (found < 0) return ~found - 1;
        while (_starts[found + 1] == token) found++; // windows without a token that counts have the same start
        return found;
    }
}
