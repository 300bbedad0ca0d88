using CsCheck;
using SaeSharp.Saes;

namespace SaeSharp.Saes.Tests;

/// <summary>Slots in any order become rows in the order of the latents, by marks as by sorting.</summary>
public sealed class SlotLaws
{
    [Theory]
    [InlineData(1), InlineData(64), InlineData(100), InlineData(1024)] // by marks, where there are slots enough
    [InlineData(1 << 20)] // too many latents for so few slots: sorted
    public void A_row_of_slots_comes_out_in_the_order_of_its_latents(int dSae) =>
        Gen.Select(Gen.Int[-1, dSae - 1], Gen.Float[-2, 2]).Array[0, 40].Array[1, 4].Sample(rows =>
        {
            var builder = new SparseCodesBuilder(dSae, rows.Length);
            (int Index, float Value)[][] slots = [.. rows.Select(row => row.Where((slot, i) => slot.Item1 < 0 || Array.FindIndex(row, other => other.Item1 == slot.Item1) == i).ToArray())];
            foreach (var row in slots) builder.AddSlots([.. row.Select(slot => slot.Index)], [.. row.Select(slot => slot.Value)]);
            var codes = builder.Build();
            for (var row = 0; row < slots.Length; row++)
            {
                var expected = slots[row].Where(slot => slot.Index >= 0).OrderBy(slot => slot.Index).ToArray();
                Assert.Equal(expected.Select(slot => slot.Index), codes.RowIndices(row).ToArray());
                Assert.Equal(expected.Select(slot => slot.Value), codes.RowValues(row).ToArray());
            }
        });
}
