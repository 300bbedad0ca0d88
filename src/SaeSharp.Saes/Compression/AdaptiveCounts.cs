namespace SaeSharp.Saes.Compression;

/// <summary>How often each symbol came so far, which both sides of a code learn alike. Sums over a range of symbols cost log n.</summary>
/// <remarks>A Fenwick tree (1994). Every symbol begins with a count of 1, so that none is impossible; counts are halved where their sum grows too large, so that old ones fade.</remarks>
internal sealed class AdaptiveCounts
{
    private const uint Increment = 24, Largest = 1u << 24;
    private readonly uint[] _tree, _counts;

    public AdaptiveCounts(int symbols)
    {
        (_tree, _counts) = (new uint[symbols + 1], new uint[symbols]);
        Array.Fill(_counts, 1u);
        Build();
    }

    public uint Total { get; private set; }

    public uint Of(int symbol) => _counts[symbol];

    /// <summary>The sum of all counts before <paramref name="symbol"/>.</summary>
    public uint Below(int symbol)
    {
        var sum = 0u;
        for (var i = symbol; i > 0; i &= i - 1) sum += _tree[i];
        return sum;
    }

    /// <summary>The symbol that owns <paramref name="place"/> of the total.</summary>
    public int At(uint place)
    {
        var at = 0;
        for (var step = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_tree.Length); step > 0; step >>= 1)
        {
            if (at + step >= _tree.Length || _tree[at + step] > place) continue;
            at += step;
            place -= _tree[at];
        }
        return Math.Min(at, _counts.Length - 1);
    }

    public void Add(int symbol)
    {
        _counts[symbol] += Increment;
        Total += Increment;
        for (var i = symbol + 1; i < _tree.Length; i += i & -i) _tree[i] += Increment;
        if (Total <= Largest) return;
        for (var i = 0; i < _counts.Length; i++) _counts[i] = (_counts[i] + 1) / 2;
        Build();
    }

    private void Build()
    {
        Array.Clear(_tree);
        Total = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            Total += _counts[i];
            _tree[i + 1] += _counts[i];
            var parent = i + 1 + (i + 1 & -(i + 1));
            if (parent < _tree.Length) _tree[parent] += _tree[i + 1];
        }
    }
}
