namespace SaeSharp.Models.Training;

/// <summary>Standard normal numbers from a seed and a name: SplitMix64 and the polar form of Box and Muller.</summary>
internal sealed class NormalDraws
{
    private ulong _state;
    private double? _spare;

    public NormalDraws(ulong seed, string name)
    {
        _state = seed;
        foreach (var letter in name) _state = (Bits() ^ letter) * 0x100000001B3;
    }

    public double Next()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }
        while (true)
        {
            var (x, y) = (2 * Uniform() - 1, 2 * Uniform() - 1);
            var square = x * x + y * y;
            if (square is >= 1 or 0) continue;
            var factor = Math.Sqrt(-2 * Math.Log(square) / square);
            _spare = y * factor;
            return x * factor;
        }
    }

    /// <summary>In [0, 1).</summary>
    private double Uniform() => (Bits() >> 11) * (1.0 / (1UL << 53));

    private ulong Bits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
