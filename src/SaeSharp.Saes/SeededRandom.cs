namespace SaeSharp.Saes;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every platform and version, from any number of keys.</summary>
/// <remarks><see cref="System.Random"/> promises no sequence across versions; resumed runs need one.</remarks>
internal struct SeededRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>An own sequence for each list of keys.</summary>
    public SeededRandom(params ReadOnlySpan<long> keys)
    {
        foreach (var key in keys)
        {
            _state ^= (ulong)key;
            _state = Next();
        }
    }

    public ulong Next()
    {
        var z = _state += Step;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="bound"/>), without bias (Lemire 2019, arXiv:1805.10941v4).</summary>
    public int NextInt(int bound)
    {
        var range = (ulong)bound;
        var high = Math.BigMul(Next(), range, out var low);
        if (low >= range) return (int)high;
        var threshold = (0 - range) % range;
        while (low < threshold) high = Math.BigMul(Next(), range, out low);
        return (int)high;
    }

    /// <summary>Fills <paramref name="order"/> with a uniform permutation of 0 .. length − 1 (Fisher–Yates).</summary>
    public void Permute(Span<int> order)
    {
        for (var i = 0; i < order.Length; i++)
        {
            var j = NextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }
}
