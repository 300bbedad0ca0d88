using SaeSharp.Numerics;

namespace SaeSharp.Models.Checkpoints;

/// <summary>Query and key rows of formats that rotate neighbours (0 with 1, 2 with 3 …), put in the order of those that rotate halves (0 with dHead/2 …).</summary>
internal static class NeighbourPairs
{
    /// <summary>[heads·dHead, ..] with row (h, i, half) → a copy with row (h, half, i). The rotation then gives the same scores.</summary>
    public static Tensor ToHalves(Tensor rows, int heads, string file, string name)
    {
        var count = rows.Rank == 0 ? 0 : rows.Shape[0];
        if (heads <= 0 || count % (2L * heads) != 0) throw FileException.Malformed(file, $"tensor '{name}'", $"it is {rows.ShapeText}, expected a first axis that {heads} heads of even width divide");
        var pairs = count / heads / 2;
        var result = Tensor.Zeros(rows.DType, rows.Shape);
        for (var head = 0; head < heads; head++)
            for (var half = 0; half < 2; half++)
                for (var i = 0; i < pairs; i++)
                    rows.Rows((head * pairs + i) * 2 + half, 1).CopyTo(result.Rows((head * 2 + half) * pairs + i, 1));
        return result;
    }
}
