using System.Buffers;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>The merges still to be tried: lowest rank first, then leftmost. A heap of four-way nodes, kept shallow because a piece may be a whole document.</summary>
internal ref struct MergeQueue(Span<ulong> buffer)
{
    private const int Ways = 4;
    private const int RankShift = 32;

    private Span<ulong> keys = buffer;
    private ulong[]? rented;

    public int Count { get; private set; }

    /// <summary>Adds without order; <see cref="Order"/> must follow before the first <see cref="Pop"/>.</summary>
    public void Append(int rank, int position)
    {
        if (Count == keys.Length) Grow();
        keys[Count++] = (ulong)(uint)rank << RankShift | (uint)position;
    }

    public void Order()
    {
        for (var i = (Count - 2) / Ways; i >= 0; i--) Sink(i, keys[i]);
    }

    public void Push(int rank, int position)
    {
        Append(rank, position);
        var i = Count - 1;
        var key = keys[i];
        while (i > 0 && key < keys[(i - 1) / Ways])
        {
            keys[i] = keys[(i - 1) / Ways];
            i = (i - 1) / Ways;
        }
        keys[i] = key;
    }

    public (int Rank, int Position) Pop()
    {
        var top = keys[0];
        Count--;
        if (Count > 0) Sink(0, keys[Count]);
        return ((int)(top >> RankShift), (int)(uint)top);
    }

    public void Dispose()
    {
        if (rented is not null) ArrayPool<ulong>.Shared.Return(rented);
    }

    private readonly void Sink(int i, ulong key)
    {
        while (true)
        {
            var first = i * Ways + 1;
            if (first >= Count) break;
            var least = first;
            for (var child = first + 1; child < Math.Min(first + Ways, Count); child++)
            {
                if (keys[child] < keys[least]) least = child;
            }
            if (key <= keys[least]) break;
            keys[i] = keys[least];
            i = least;
        }
        keys[i] = key;
    }

    private void Grow()
    {
        var larger = ArrayPool<ulong>.Shared.Rent(keys.Length * 2);
        keys[..Count].CopyTo(larger);
        if (rented is not null) ArrayPool<ulong>.Shared.Return(rented);
        rented = larger;
        keys = larger;
    }
}
