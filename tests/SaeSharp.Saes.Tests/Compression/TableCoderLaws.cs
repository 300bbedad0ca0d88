using CsCheck;
using SaeSharp.Saes.Compression;

namespace SaeSharp.Saes.Tests.Compression;

/// <summary>Coding is lossless, close to the entropy, and never crashes on damaged bytes.</summary>
public class TableCoderLaws
{
    [Fact]
    public void What_is_decoded_is_what_was_encoded() => Gen.Select(Gen.Int[0, int.MaxValue - 1], Gen.Int[1, 300], Gen.Int[1, 12], Gen.Int[0, 60], Gen.Bool).Sample((seed, columns, bits, rows, dense) =>
    {
        var random = new Random(seed);
        int[][] indices = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Where(_ => dense || random.Next(columns) < 8).ToArray())];
        int[][] levels = [.. indices.Select(row => row.Select(_ => random.Next(1 << bits)).ToArray())];
        var (first, second) = (new TableCoder(columns, 1 << bits, dense), new TableCoder(columns, 1 << bits, dense));
        for (var part = 0; part < 2; part++) // the second part is coded by what both sides learnt from the first
        {
            var bytes = first.Encode(indices, levels);
            var decoded = second.Decode(bytes, rows);
            Assert.Equal(indices, decoded.Indices);
            Assert.Equal(levels, decoded.Levels);
        }
    }, iter: 300, threads: 1);

    [Fact]
    public void A_skewed_source_costs_about_its_entropy()
    {
        var random = new Random(7);
        int[][] indices = [.. Enumerable.Range(0, 4000).Select(_ => new[] { 0 })];
        int[][] levels = [.. indices.Select(_ => new[] { random.NextDouble() < 0.9 ? 3 : random.Next(4) })];
        var share = Enumerable.Range(0, 4).Select(level => levels.Count(row => row[0] == level) / 4000.0).Where(share => share > 0);
        var bits = new TableCoder(1, 4, true).Encode(indices, levels).Length * 8 / 4000.0;
        Assert.InRange(bits, share.Sum(p => -p * Math.Log2(p)), share.Sum(p => -p * Math.Log2(p)) + 0.06);
    }

    [Fact]
    public void Uniform_choices_cost_their_number_and_no_order()
    {
        var random = new Random(8);
        int[][] indices = [.. Enumerable.Range(0, 3000).Select(_ =>
        {
            int[] all = [.. Enumerable.Range(0, 64)];
            random.Shuffle(all);
            return all[..8].Order().ToArray();
        })];
        int[][] levels = [.. indices.Select(row => new int[8])];
        var bits = new TableCoder(64, 2, false).Encode(indices, levels).Length * 8 / 3000.0;
        Assert.InRange(bits, CodeTable.ChoiceBits(64, 8), CodeTable.ChoiceBits(64, 8) * 1.05);
    }

    [Fact]
    public void Damaged_bytes_give_other_codes_and_no_crash() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var (indices, levels) = new TableCoder(50, 16, false).Decode(bytes, 20);
        Assert.All(indices, row => Assert.All(row, index => Assert.InRange(index, 0, 49)));
        Assert.All(levels, row => Assert.All(row, level => Assert.InRange(level, 0, 15)));
    }, iter: 300, threads: 1);
}
