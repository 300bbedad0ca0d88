using CsCheck;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Lab.Tests.Indexing;

/// <summary>Sorting by digits gives what comparing gives.</summary>
public sealed class RadixSortLaws
{
    [Fact]
    public void Keys_whose_lower_halves_rise_are_sorted_as_by_comparing() => Gen.Select(Gen.Int[0, 2000], Gen.Int[1, 32], Gen.UInt.Array[2000]).Sample((count, bits, uppers) =>
    {
        ulong[] keys = [.. uppers.Take(count).Select((upper, i) => (ulong)(upper >> (32 - bits)) << 32 | (uint)i)];
        ulong[] expected = [.. keys.Order()];
        RadixSort.Sort(keys);
        Assert.Equal(expected, keys);
    }, iter: 200);
}
