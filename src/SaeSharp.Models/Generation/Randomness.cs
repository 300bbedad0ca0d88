namespace SaeSharp.Models.Generation;

/// <summary>A small random sequence that is the same on every machine and in every version: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).</summary>
internal sealed class Randomness(int seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>The next number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1L << 53));
    }
}
