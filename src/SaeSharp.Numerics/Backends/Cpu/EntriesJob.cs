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

    /// <summary>Whether lists are only counted: which is done first, blocks having rows of their own.</summary>
    public bool IsCounting;

    public readonly void Run(int part)
    {
        if (IsCounting) Count(part);
        else Move(part);
    }

    /// <summary>Nothing counted yet.</summary>
    public readonly void Clear(int rows)
    {
        new Span<int>(Next, rows).Clear();
        new Span<int>(Ties, rows).Clear();
    }

    /// <summary>From what was counted, fills <paramref name="starts"/> [rows + 1] and says where each row's entries go: ties go to the first rows. Returns how many entries there are.</summary>
    public readonly long Begin(int rows, Span<int> starts)
    {
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Count(int block)
    {
        foreach (ref readonly var entry in Lists.Of(block))
        {
            var bits = BitConverter.SingleToUInt32Bits(entry.Value);
            if (bits > Selection.Bits) Next[entry.Row]++;
            else if (bits == Selection.Bits) Ties[entry.Row]++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Move(int block)
    {
        foreach (ref readonly var entry in Lists.Of(block))
        {
            var bits = BitConverter.SingleToUInt32Bits(entry.Value);
            if (bits < Selection.Bits || (bits == Selection.Bits && Ties[entry.Row]-- <= 0)) continue;
            var at = Next[entry.Row]++;
            (Values[at], Indices[at]) = (entry.Value, entry.Index);
        }
    }
}
