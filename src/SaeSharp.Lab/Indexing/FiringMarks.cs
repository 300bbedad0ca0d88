namespace SaeSharp.Lab.Indexing;

/// <summary>Which counted tokens a feature fires on, a bit each. Scratch for one thread, used again by feature after feature.</summary>
internal sealed class FiringMarks(int tokens)
{
    private readonly ulong[] _bits = new ulong[(tokens + 63) / 64];
    private int[] _marked = [];

    public bool this[int token] => (_bits[token >> 6] >> (token & 63) & 1) != 0;

    /// <summary>Marks these, and no longer those before.</summary>
    public void Mark(int[] tokens)
    {
        foreach (var token in _marked) _bits[token >> 6] = 0;
        foreach (var token in tokens) _bits[token >> 6] |= 1UL << (token & 63);
        _marked = tokens;
    }
}
