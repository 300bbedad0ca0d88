using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Rotates queries and keys; its table is shared by the layers that rotate alike and made as long as sequences need.</summary>
/// <remarks>
/// A long context's whole table may take more memory than the weights, so it grows by doubling. An angle does not depend on the table's length. Where
/// frequencies depend on a sequence's length, each sequence of a batch has those of its own length, so that it gets the bits it gets alone.
/// </remarks>
internal sealed class RotaryPositions(Positions.Rotary rotary, int context, DType computeType)
{
    private const int FirstLength = 256;
    private volatile Entry? _usual, _other;

    /// <summary>x [rows, heads, dHead], in place.</summary>
    public void Rotate(Pass pass, Tensor x)
    {
        if (rotary.Scaling is RotaryScaling.Fixed)
        {
            pass.Backend.Rotary(x, pass.Positions, For(pass.Length), x);
            return;
        }
        for (var s = 0; s < pass.Batch.Sequences.Length; s++)
        {
            var (start, count) = pass.Batch.Sequences[s];
            var rows = x.Rows(start, count);
            pass.Backend.Rotary(rows, pass.Positions.Slice(start, count), For(pass.Before(s) + count), rows);
        }
    }

    /// <summary>A table of at least <paramref name="positions"/> positions, for sequences of that length.</summary>
    public RotaryTable For(int positions)
    {
        var regime = rotary.Scaling.Regime(positions);
        var entry = regime == 0 ? _usual : _other;
        if (entry is not null && entry.Regime == regime && entry.Table.Positions >= positions) return entry.Table;
        var known = entry?.Regime == regime ? entry.Table.Positions : 0;
        var length = Math.Max(positions, Math.Min(context, Math.Max(FirstLength, 2 * known)));
        var frequencies = rotary.Scaling.Frequencies(rotary.Base, rotary.Width, positions);
        entry = new(regime, RotaryTable.Of(length, frequencies, rotary.Pairs, computeType, rotary.Scaling.Magnitude));
        if (regime == 0) _usual = entry;
        else _other = entry;
        return entry.Table;
    }

    private sealed record Entry(int Regime, RotaryTable Table);
}
