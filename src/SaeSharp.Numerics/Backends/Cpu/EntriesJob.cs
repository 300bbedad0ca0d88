using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Moves the selected entries of each block's list to their rows. A list holds a row's latents in ascending order, between those of other rows.</summary>
internal unsafe struct EntriesJob : IJob
{
    public EntryLists Lists;
    public BatchSelection Selection;
    public float* Values;
    public int* Indices;

    /// <summary>[rows]: where each row's next entry goes, and how many more ties it may take.</summary>
    public int* Next, Ties;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int part)
    {
        foreach (ref readonly var entry in Lists.Of(part))
        {
            var bits = BitConverter.SingleToUInt32Bits(entry.Value);
            if (bits < Selection.Bits || (bits == Selection.Bits && Ties[entry.Row]-- <= 0)) continue;
            var at = Next[entry.Row]++;
            (Values[at], Indices[at]) = (entry.Value, entry.Index);
        }
    }

    /// <summary>Fills <paramref name="starts"/> [rows + 1] and <see cref="Ties"/>: ties go to the first rows. Needs <see cref="Next"/> as scratch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly long Count(int rows, Span<int> starts)
    {
        new Span<int>(Next, rows).Clear();
        new Span<int>(Ties, rows).Clear();
        for (var block = 0; block < Lists.BlockCount; block++)
        {
            foreach (ref readonly var entry in Lists.Of(block))
            {
                var bits = BitConverter.SingleToUInt32Bits(entry.Value);
                if (bits > Selection.Bits) Next[entry.Row]++;
                else if (bits == Selection.Bits) Ties[entry.Row]++;
            }
        }
        var (left, total) = (Selection.Ties, 0L);
        for (var row = 0; row < rows; row++)
        {
            Ties[row] = Math.Min(Ties[row], left);
            left -= Ties[row];
            total += Next[row] + Ties[row];
            Next[row] = starts[row];
            starts[row + 1] = (int)Math.Min(total, int.MaxValue);
        }
        return total;
    }
}
