using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Applies the merges of a BPE to a chain of symbols.</summary>
internal static class Merger
{
    private const int LongestWord = 24;
    private const int LongestInRounds = 2048;
    private const int SmallQueue = 128;
    private const int NoRank = int.MaxValue;

    /// <summary>Merges within <paramref name="symbols"/>, which hold ids and sizes; merged ones are left with size 0, wherever.</summary>
    public static void Merge(Span<Symbol> symbols, MergeTable merges)
    {
        if (symbols.Length > LongestWord) MergeInPlace(symbols, merges);
        else if (symbols.Length > 1) MergeWord(symbols, merges);
    }

    /// <summary>The same; a merged symbol stays behind the one that it is part of now.</summary>
    public static void MergeInPlace(Span<Symbol> symbols, MergeTable merges)
    {
        if (symbols.Length <= LongestInRounds) MergeInRounds(symbols, merges);
        else MergeQueued(symbols, merges);
    }

    /// <summary>Looks for the best pair again after each merge, and closes the gap: n² steps, but the fastest for a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MergeWord(Span<Symbol> symbols, MergeTable merges)
    {
        Span<int> ranks = stackalloc int[LongestWord];   // of each symbol and the next
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

    /// <summary>Searches all ranks for the lowest and applies it from left to right: n² steps, but the search takes many ranks at a time, and a short chain has few rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MergeInRounds(Span<Symbol> symbols, MergeTable merges)
    {
        Span<int> ranks = stackalloc int[symbols.Length];   // of each symbol and the next
        for (var i = 0; i < symbols.Length; i++)
        {
            Link(symbols, i);
            ranks[i] = RankAt(symbols, merges, i);
        }
        if (ranks.IsEmpty) return;
        for (var rank = TensorPrimitives.Min<int>(ranks); rank != NoRank; rank = TensorPrimitives.Min<int>(ranks))
        {
            var isLowest = true;
            for (var at = ranks.IndexOf(rank); at >= 0 && isLowest; at = NextOf(ranks, rank, at))
            {
                ranks[symbols[at].Next] = NoRank;
                Join(symbols, merges, rank, at);
                ranks[at] = RankAt(symbols, merges, at);
                isLowest = ranks[at] >= rank;
                if (symbols[at].Previous is not (>= 0 and var previous)) continue;
                ranks[previous] = RankAt(symbols, merges, previous);
                isLowest &= ranks[previous] > rank;
            }
        }
    }

    /// <summary>Keeps the pairs in a queue: n log n steps however long the chain is.</summary>
    private static void MergeQueued(Span<Symbol> symbols, MergeTable merges)
    {
        var queue = new MergeQueue(stackalloc ulong[SmallQueue]);
        for (var i = 0; i < symbols.Length; i++) Link(symbols, i);
        for (var i = 0; i < symbols.Length; i++)
        {
            if (RankAt(symbols, merges, i) is not NoRank and var rank) queue.Append(rank, i);
        }
        queue.Order();
        while (queue.Count > 0)
        {
            var (rank, position) = queue.Pop();
            // An entry has expired where its pair was merged otherwise in the meantime.
            if (symbols[position].IsMerged || RankAt(symbols, merges, position) != rank) continue;
            Join(symbols, merges, rank, position);
            if (RankAt(symbols, merges, position) is not NoRank and var after) queue.Push(after, position);
            if (symbols[position].Previous is >= 0 and var previous && RankAt(symbols, merges, previous) is not NoRank and var before) queue.Push(before, previous);
        }
        queue.Dispose();
    }

    private static void Link(Span<Symbol> symbols, int i)
    {
        symbols[i].Previous = i - 1;
        symbols[i].Next = i + 1 < symbols.Length ? i + 1 : -1;
    }

    /// <summary>The rank of the merge of a symbol and the next, <see cref="NoRank"/> where there is none.</summary>
    private static int RankAt(Span<Symbol> symbols, MergeTable merges, int at) =>
        symbols[at].Next is >= 0 and var next && merges.RankOf(symbols[at].Id, symbols[next].Id) is >= 0 and var rank ? rank : NoRank;

    private static int NextOf(Span<int> ranks, int rank, int from) => ranks[from..].IndexOf(rank) is >= 0 and var further ? from + further : -1;

    /// <summary>Merges a symbol with the next.</summary>
    private static void Join(Span<Symbol> symbols, MergeTable merges, int rank, int position)
    {
        ref var left = ref symbols[position];
        ref var right = ref symbols[left.Next];
        left.Id = merges.ResultOf(rank);
        left.Bytes += right.Bytes;
        left.Next = right.Next;
        right.Bytes = 0;
        if (left.Next >= 0) symbols[left.Next].Previous = position;
    }
}
