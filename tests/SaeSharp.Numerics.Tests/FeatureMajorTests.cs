using CsCheck;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;

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

    [Fact]
    public void Sorting_ragged_rows_on_threads_is_sorting_them_on_one()
    {
        var backend = CpuBackend.Create(3);
        Gen.Select(Gen.Int[1, 1100], Gen.Int[0, 1 << 20]).Sample((rows, seed) => RequireSameSort(rows, seed, backend), iter: 20);
    }


    [Fact]
    public void Dropping_zeros_keeps_the_order_of_the_others() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 1 << 20]).Sample((rows, seed) =>
    {
        var code = Code(rows, seed);
        var order = new FeatureMajor(Features);
        order.Sort(code);
        var random = new Random(seed);
        float[] a = [.. Enumerable.Range(0, code.Count).Select(_ => (float)random.Next(2))], b = [.. Enumerable.Range(0, code.Count).Select(_ => (float)random.Next(2))];
        var expected = Sorted(order).Select(list => list.Where(entry => a[entry] != 0 || b[entry] != 0).ToArray()).ToArray();
        order.DropZeros<float>(a, b);

        Assert.Equal(expected, Sorted(order));
        for (var at = 0; at < order.Rows.Length; at++) Assert.InRange(order.Entries[at], code.Starts[order.Rows[at]], code.Starts[order.Rows[at] + 1] - 1);
    });

    private static void RequireSameSort(int rows, int seed, Backend backend)
    {
        var code = Code(rows, seed);
        var (one, many) = (new FeatureMajor(Features), new FeatureMajor(Features, capacity: 5));
        one.Sort(code);
        many.Sort(code, backend);

        Assert.Equal(Sorted(one), Sorted(many));
        Assert.Equal(one.Rows, many.Rows);
        Assert.All(Enumerable.Range(0, code.Count), at => Assert.InRange(one.Entries[at], code.Starts[one.Rows[at]], code.Starts[one.Rows[at] + 1] - 1));
    }

    private static SparseRows Code(int rows, int seed)
    {
        var random = new Random(seed);
        var (values, indices) = (Tensor.Zeros(DType.F32, rows, Features), Tensor.Zeros(DType.I32, rows, Features));
        for (var i = 0; i < rows * Features; i++) indices.Write(i, random.Next(3) == 0 ? i % Features : -1);
        var code = new SparseRows(DType.F32, 0);
        code.Take(values, indices);
        return code;
    }

    private static int[][] Expected(int[] indices) =>
        [.. Enumerable.Range(0, Features).Select(f => Enumerable.Range(0, indices.Length).Where(entry => indices[entry] == f).ToArray())];

    private static int[][] Sorted(FeatureMajor order)
    {
        var lists = new int[Features][];
        for (var f = 0; f < Features; f++) lists[f] = order.Entries[order.Starts[f]..order.Starts[f + 1]].ToArray();
        return lists;
    }
}
