using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>The rotary table of a model, shared by its layers and made as long as sequences need.</summary>
/// <remarks>A long context's whole table may take more memory than the weights, so it grows by doubling. An angle does not depend on the table's length.</remarks>
internal sealed class RotaryPositions(TransformerSpec spec, Positions.Rotary rotary, DType computeType)
{
    private const int FirstLength = 256;
    private volatile RotaryTable? _table;

    /// <summary>A table of at least <paramref name="positions"/> positions.</summary>
    public RotaryTable For(int positions)
    {
        var table = _table;
        if (table is not null && table.Positions >= positions) return table;
        var length = Math.Max(positions, Math.Min(spec.Context, Math.Max(FirstLength, 2 * (table?.Positions ?? 0))));
        return _table = RotaryTable.Of(length, Frequencies(), rotary.Pairs, computeType);
    }

    /// <summary>base^(−2i/dHead) radians a position, for each pair i.</summary>
    private double[] Frequencies()
    {
        var dHead = spec.Attention.DHead;
        var frequencies = new double[dHead / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = Math.Pow(rotary.Base, -2.0 * i / dHead);
        return frequencies;
    }
}
