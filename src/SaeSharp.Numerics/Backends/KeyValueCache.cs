using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends;

/// <summary>Keys and values of one layer for one growing sequence.</summary>
/// <remarks>Keys lie transposed, [kvHeads, dHead, capacity], so that one query meets 16 keys in one instruction; values lie [capacity, kvHeads, dHead].</remarks>
public sealed class KeyValueCache
{
    /// <summary>Capacities are rounded up to whole blocks of this many positions, so that kernels may read a block at a time.</summary>
    internal const int Block = 32;

    /// <param name="capacity">Positions there is room for, at least.</param>
    /// <param name="heads">Key and value heads.</param>
    /// <param name="dHead">Width of a head.</param>
    /// <param name="type">F32 or F64.</param>
    public KeyValueCache(int capacity, int heads, int dHead, DType type = DType.F32)
    {
        (Capacity, Heads, DHead) = ((OptionException.Positive(capacity) + Block - 1) / Block * Block, heads, dHead);
        Keys = Tensor.Zeros(type, heads, dHead, Capacity);
        Values = Tensor.Zeros(type, Capacity, heads, dHead);
    }

    public int Capacity { get; }
    public int Heads { get; }
    public int DHead { get; }

    /// <summary>Positions held.</summary>
    public int Count { get; private set; }

    /// <summary>[kvHeads, dHead, capacity].</summary>
    public Tensor Keys { get; }

    /// <summary>[capacity, kvHeads, dHead].</summary>
    public Tensor Values { get; }

    /// <summary>Appends rows of <paramref name="k"/> and <paramref name="v"/>, both [rows, kvHeads, dHead].</summary>
    public void Append(Tensor k, Tensor v)
    {
        Shape.Require(k, Keys.DType, [("heads", Heads), ("dHead", DHead)]);
        Shape.RequireSame(k, v);
        var rows = k.Shape[0];
        if (rows > Capacity - Count) throw OptionException.Invalid($"The cache holds {Capacity} positions; {Count + rows} are needed.", "Generate fewer tokens or shorten the prompt.");
        if (k.DType == DType.F32) AppendRows<float>(k, v, rows);
        else AppendRows<double>(k, v, rows);
        Count += rows;
    }

    /// <summary>Forgets the positions from <paramref name="count"/> on.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void AppendRows<T>(Tensor k, Tensor v, int rows) where T : unmanaged
    {
        var width = Heads * DHead;
        var from = k.Pointer<T>();
        var keys = Keys.Pointer<T>();
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < width; i++)
                keys[(long)i * Capacity + Count + row] = from[(long)row * width + i];
        v.Span<T>().CopyTo(Values.Span<T>().Slice(Count * width, rows * width));
    }
}
