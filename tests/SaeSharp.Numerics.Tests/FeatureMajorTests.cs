using CsCheck;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests;

public sealed class FeatureMajorTests
{
    private const int Features = 7;

    [Fact]
    public void Sorting_is_a_stable_grouping_of_the_filled_slots() => Gen.Int[-1, Features - 1].Array[0, 40].Sample(indices =>
    {
        var order = new FeatureMajor(Features);
        order.Sort(indices);

        Assert.Equal(Expected(indices), Sorted(order));
    });

    [Fact]
    public void A_sort_forgets_the_sort_before() => Gen.Select(Gen.Int[-1, Features - 1].Array[0, 40], Gen.Int[-1, Features - 1].Array[0, 40]).Sample((before, indices) =>
    {
        var order = new FeatureMajor(Features);
        order.Sort(before);
        order.Sort(indices);

        Assert.Equal(Expected(indices), Sorted(order));
    });

    private static int[][] Expected(int[] indices) =>
        [.. Enumerable.Range(0, Features).Select(f => Enumerable.Range(0, indices.Length).Where(entry => indices[entry] == f).ToArray())];

    private static int[][] Sorted(FeatureMajor order)
    {
        var lists = new int[Features][];
        for (var f = 0; f < Features; f++) lists[f] = order.Entries[order.Starts[f]..order.Starts[f + 1]].ToArray();
        return lists;
    }
}
