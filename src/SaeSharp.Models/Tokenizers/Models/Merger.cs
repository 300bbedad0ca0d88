using System.Runtime.CompilerServices;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Applies the merges of a BPE to a chain of symbols, in n log n steps however long the chain is.</summary>
internal static class Merger
{
    private const int SmallChain = 128;
    private const int ShortChain = 24;
    private const int LongChain = 4096;

    /// <summary>Merges within <paramref name="symbols"/>, which hold ids and sizes; merged ones are left with size 0.</summary>
    public static void Merge(Span<Symbol> symbols, MergeTable merges)
    {
        if (symbols.Length < 2) return;
        if (symbols.Length <= ShortChain) MergeShort(symbols, merges);
        else if (symbols.Length <= LongChain) MergeQueued(symbols, merges);
        else MergeLong(symbols, merges);
    }

    /// <summary>Looks for the best pair again after each merge: n² steps, but the fastest for a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MergeShort(Span<Symbol> symbols, MergeTable merges)
    {
        Span<int> ranks = stackalloc int[ShortChain];   // of each symbol and the next
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++) ranks[i] = merges.RankOf(symbols[i].Id, symbols[i + 1].Id);
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < count; i++)
            {
                if (ranks[i] >= 0 && (best < 0 || ranks[i] < ranks[best])) best = i;
            }
            if (best < 0) break;
            symbols[best].Id = merges.ResultOf(ranks[best]);
            symbols[best].Bytes += symbols[best + 1].Bytes;
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            count--;
            if (best > 0) ranks[best - 1] = merges.RankOf(symbols[best - 1].Id, symbols[best].Id);
            if (best + 1 < count) ranks[best] = merges.RankOf(symbols[best].Id, symbols[best + 1].Id);
        }
        foreach (ref var symbol in symbols[count..]) symbol.Bytes = 0;
    }

    private static void MergeQueued(Span<Symbol> symbols, MergeTable merges)
    {
        var queue = new MergeQueue(stackalloc ulong[SmallChain]);
        for (var i = 0; i < symbols.Length; i++)
        {
            Link(symbols, i);
            if (i > 0 && merges.RankOf(symbols[i - 1].Id, symbols[i].Id) is >= 0 and var rank) queue.Append(rank, i - 1);
        }
        queue.Order();
        while (queue.Count > 0)
        {
            var (rank, position) = queue.Pop();
            if (!TryJoin(symbols, merges, rank, position)) continue;
            var (previous, next) = (symbols[position].Previous, symbols[position].Next);
            if (next >= 0 && merges.RankOf(symbols[position].Id, symbols[next].Id) is >= 0 and var after) queue.Push(after, position);
            if (previous >= 0 && merges.RankOf(symbols[previous].Id, symbols[position].Id) is >= 0 and var before) queue.Push(before, previous);
        }
        queue.Dispose();
    }

    private static void MergeLong(Span<Symbol> symbols, MergeTable merges)
    {
        var queue = new RankBuckets();
        for (var i = 0; i < symbols.Length; i++)
        {
            Link(symbols, i);
            if (i > 0 && merges.RankOf(symbols[i - 1].Id, symbols[i].Id) is >= 0 and var rank) queue.Push(rank, i - 1);
        }
        while (queue.TryPop(out var rank, out var position))
        {
            if (!TryJoin(symbols, merges, rank, position)) continue;
            var (previous, next) = (symbols[position].Previous, symbols[position].Next);
            if (next >= 0 && merges.RankOf(symbols[position].Id, symbols[next].Id) is >= 0 and var after) queue.Push(after, position);
            if (previous >= 0 && merges.RankOf(symbols[previous].Id, symbols[position].Id) is >= 0 and var before) queue.Push(before, previous);
        }
    }

    private static void Link(Span<Symbol> symbols, int i)
    {
        symbols[i].Previous = i - 1;
        symbols[i].Next = i + 1 < symbols.Length ? i + 1 : -1;
    }

    /// <summary>Merges a symbol with the next; false where that pair was merged otherwise in the meantime.</summary>
    private static bool TryJoin(Span<Symbol> symbols, MergeTable merges, int rank, int position)
    {
        ref var left = ref symbols[position];
        if (left.Bytes == 0 || left.Next < 0) return false;
        ref var right = ref symbols[left.Next];
        if (merges.RankOf(left.Id, right.Id) != rank) return false;

        left.Id = merges.ResultOf(rank);
        left.Bytes += right.Bytes;
        left.Next = right.Next;
        right.Bytes = 0;
        if (left.Next >= 0) symbols[left.Next].Previous = position;
        return true;
    }
}
