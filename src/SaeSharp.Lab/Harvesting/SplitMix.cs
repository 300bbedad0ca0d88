namespace SaeSharp.Lab.Harvesting;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): a small generator whose numbers are the same on every machine and version.</summary>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number from 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>A number that depends on all of <paramref name="parts"/> and looks random.</summary>
    public static ulong Hash(params ReadOnlySpan<long> parts)
    {
        var state = 0x9E3779B97F4A7C15UL;
        foreach (var part in parts) state = Mix(state ^ Mix((ulong)part + 0x9E3779B97F4A7C15));
        return state;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
