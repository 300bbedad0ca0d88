using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Which of many positive numbers are the largest: those whose bits are above <paramref name="Bits"/>, and the first <paramref name="Ties"/> of those at them.</summary>
/// <param name="Bits">Of the smallest number among the largest: positive floats are ordered as their bits are. −1 takes all numbers.</param>
/// <param name="Ties">How many of the numbers with these bits are among them.</param>
internal readonly record struct BatchSelection(long Bits, int Ties)
{
    private const int Buckets = 1 << 11;

    public static BatchSelection All => new(-1, 0);

    /// <summary>Selects the <paramref name="count"/> ≥ 1 largest entries, of which there must be as many: 11 bits at a time, from above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static BatchSelection Largest(EntryLists lists, int count)
    {
        Span<int> buckets = stackalloc int[Buckets];
        var (prefix, known, left) = (0u, 0u, count);
        foreach (var shift in (ReadOnlySpan<int>)[21, 10, 0])
        {
            buckets.Clear();
            for (var block = 0; block < lists.BlockCount; block++)
            {
                foreach (ref readonly var entry in lists.Of(block))
                {
                    var bits = BitConverter.SingleToUInt32Bits(entry.Value);
                    if ((bits & known) == prefix) buckets[(int)((bits & ~known) >> shift)]++;
                }
            }
            var bucket = Buckets - 1;
            for (; buckets[bucket] < left; bucket--) left -= buckets[bucket];
            prefix |= (uint)bucket << shift;
            known = uint.MaxValue << shift;
        }
        return new(prefix, left);
    }
}
