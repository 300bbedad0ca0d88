namespace SaeSharp.Numerics.Backends;

/// <summary>Keys and values of one layer for one growing sequence.</summary>
/// <remarks>Keys lie transposed, [kvHeads, dHead, capacity], so that one query meets 16 keys in one instruction; values lie [capacity, kvHeads, dHead].</remarks>
public sealed class KeyValueCache(int capacity, int heads, int dHead, DType type = DType.F32)
{
    public int Capacity => capacity;
    public int Heads => heads;
    public int DHead => dHead;

    /// <summary>Positions held.</summary>
    public int Count { get; private set; }

    /// <summary>[kvHeads, dHead, capacity].</summary>
    public Tensor Keys { get; } = Tensor.Zeros(type, heads, dHead, capacity);

    /// <summary>[capacity, kvHeads, dHead].</summary>
    public Tensor Values { get; } = Tensor.Zeros(type, capacity, heads, dHead);

    /// <summary>Appends rows of <paramref name="k"/> and <paramref name="v"/>, both [rows, kvHeads, dHead].</summary>
    public void Append(Tensor k, Tensor v)
    {
        Shape.Require(k, type, [("heads", heads), ("dHead", dHead)]);
        Shape.RequireSame(k, v);
        var rows = k.Shape[0];
        if (rows > capacity - Count) throw OptionException.Invalid($"The cache holds {capacity} positions; {Count + rows} are needed.", "Generate fewer tokens or shorten the prompt.");
        if (type == DType.F32) AppendRows<float>(k, v, rows);
        else AppendRows<double>(k, v, rows);
        Count += rows;
    }

    /// <summary>Forgets the positions from <paramref name="count"/> on.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    private unsafe void AppendRows<T>(Tensor k, Tensor v, int rows) where T : unmanaged
    {
        var width = heads * dHead;
        var from = k.Pointer<T>();
        var keys = Keys.Pointer<T>();
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < width; i++)
                keys[(long)i * capacity + Count + row] = from[(long)row * width + i];
        v.Span<T>().CopyTo(Values.Span<T>().Slice(Count * width, rows * width));
    }
}
