using CsCheck;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests;

public sealed class SparseRowsTests
{
    private const int Features = 6;
    private static readonly Gen<int[]> Slots = Gen.Int[-1, Features - 1].Array[0, 60].Where(slots => slots.Length % 4 == 0);

    [Fact]
    public void Taking_slots_keeps_the_filled_ones_in_their_order() => Slots.Sample(slots =>
        Assert.Equal(slots.Chunk(4).Select(row => row.Where(latent => latent >= 0).ToArray()).ToArray(), Rows(Take(slots))));

    [Fact]
    public void A_range_holds_its_latents_counted_from_its_first() => Gen.Select(Slots, Gen.Int[0, Features], Gen.Int[0, Features]).Sample((slots, first, end) =>
    {
        var part = new SparseRows(DType.F32, 0);
        Take(slots).CopyRange(first, end, part);

        Assert.Equal(slots.Chunk(4).Select(row => row.Where(latent => latent >= first && latent < end).Select(latent => latent - first).ToArray()).ToArray(), Rows(part));
    });

    [Fact]
    public void Ragged_rows_sort_as_their_slots_do() => Slots.Sample(slots =>
    {
        var (code, ragged, flat) = (Take(slots), new FeatureMajor(Features), new FeatureMajor(Features));
        ragged.Sort(code);
        flat.Sort(slots);

        Assert.Equal(flat.Starts.ToArray(), ragged.Starts.ToArray());
        Assert.Equal(flat.Entries.ToArray().Select(slot => slot / 4), ragged.Rows.ToArray());
        Assert.Equal(flat.Entries.ToArray().Select(slot => slots[slot]), ragged.Entries.ToArray().Select(entry => code.Indices.Span<int>()[entry]));
    });

    [Fact]
    public void An_encoder_makes_room_and_forgets_the_code_before()
    {
        var (x, encoder) = (Tensor.Of([1f, -1, 2, 3], 2, 2), PackedMatrix.Of(Tensor.Of([1f, 0, 0, 1], 2, 2)));
        var code = new SparseRows(DType.F32, 7);
        Reference.Instance.EncodeAbove(x, encoder, null, null, null, code);
        Assert.Equal([[0], [0, 1]], Rows(code));

        Reference.Instance.EncodeBatchTopK(x, encoder, null, null, 1, code);
        Assert.Equal([[], [1]], Rows(code));
        Assert.Equal(3, code.Values.Read(0));
    }

    [Fact]
    public void Codes_of_other_rows_do_not_fit() =>
        Assert.Throws<ShapeException>(() => Reference.Instance.SparseDecode(new SparseRows(DType.F32, 2), Tensor.Zeros(DType.F32, 3, 4), null, Tensor.Zeros(DType.F32, 3, 4)));

    private static SparseRows Take(int[] slots)
    {
        var code = new SparseRows(DType.F32, 0);
        code.Take(Tensor.Zeros(DType.F32, slots.Length / 4, 4), Tensor.Of(slots, slots.Length / 4, 4));
        return code;
    }

    private static int[][] Rows(SparseRows code) =>
        [.. Enumerable.Range(0, code.Rows).Select(row => code.Indices.Span<int>()[code.Starts[row]..code.Starts[row + 1]].ToArray())];
}
