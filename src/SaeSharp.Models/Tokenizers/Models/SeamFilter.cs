namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Between which two UTF-16 units tokens hold together: a bit for a hash of the two, so that it errs only to the side of holding.</summary>
internal sealed class SeamFilter
{
    private const int Bits = 20;

    private readonly ulong[] held = new ulong[(1 << Bits) / 64];

    public void Add(char left, char right) => held[BitOf(left, right) >> 6] |= 1UL << (BitOf(left, right) & 63);

    /// <summary>False only where the two were never added.</summary>
    public bool MayJoin(char left, char right) => (held[BitOf(left, right) >> 6] >> (BitOf(left, right) & 63) & 1) != 0;

    private static int BitOf(char left, char right)
    {
        const uint odd = 0x9E3779B1;   // 2³² over the golden ratio
        return (int)(((uint)left << 16 | right) * odd >> (32 - Bits));
    }
}
