namespace SaeSharp.Numerics.Backends;

/// <summary>Keys and values of a fixed number of positions of one layer, shared by the sequences that begin alike.</summary>
/// <remarks>Who writes to a page that others hold copies it first (<see cref="KeyValueCache"/>). Holders count themselves; the last one's leaving gives the memory back.</remarks>
internal sealed class KeyValuePage
{
    /// <summary>Positions of a page: a multiple of the keys that one step of an attention kernel meets.</summary>
    public const int Positions = 64;

    private int _holders = 1;

    public KeyValuePage(int heads, int dHead, DType type)
    {
        Keys = Tensor.Zeros(type, heads, dHead, Positions);
        Values = Tensor.Zeros(type, Positions, heads, dHead);
    }

    /// <summary>[kvHeads, dHead, positions].</summary>
    public Tensor Keys { get; }

    /// <summary>[positions, kvHeads, dHead].</summary>
    public Tensor Values { get; }

    /// <summary>Whether more than one sequence holds it.</summary>
    public bool IsShared => Volatile.Read(ref _holders) > 1;

    /// <summary>One more holder.</summary>
    public KeyValuePage Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>One holder less.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _holders) != 0) return;
        Keys.Free();
        Values.Free();
    }

    /// <summary>A page of one holder with the same content.</summary>
    public KeyValuePage Copy()
    {
        var copy = new KeyValuePage(Keys.Shape[0], Keys.Shape[1], Keys.DType);
        Keys.CopyTo(copy.Keys);
        Values.CopyTo(copy.Values);
        return copy;
    }
}
