namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Applies the merges of a BPE to a chain of symbols, in n log n steps however long the chain is.</summary>
internal static class Merger
{
    private const int SmallChain = 128;

    /// <summary>Merges within <paramref name="symbols"/>, which hold ids and sizes; merged ones are left with size 0.</summary>
    public static void Merge(Span<Symbol> symbols, MergeTable merges)
    {
        if (symbols.Length < 2) return;
        var queue = new MergeQueue(stackalloc ulong[SmallChain]);
        for (var i = 0; i < symbols.Length; i++)
        {
            symbols[i].Previous = i - 1;
            symbols[i].Next = i + 1 < symbols.Length ? i + 1 : -1;
            if (i > 0 && merges.RankOf(symbols[i - 1].Id, symbols[i].Id) is >= 0 and var rank) queue.Append(rank, i - 1);
        }
        queue.Order();
        while (queue.Count > 0)
        {
            var (rank, position) = queue.Pop();
            ref var left = ref symbols[position];
            // An entry whose pair was merged otherwise in the meantime has expired.
            if (left.Bytes == 0 || left.Next < 0) continue;
            ref var right = ref symbols[left.Next];
            if (merges.RankOf(left.Id, right.Id) != rank) continue;

            left.Id = merges.ResultOf(rank);
            left.Bytes += right.Bytes;
            left.Next = right.Next;
            right.Bytes = 0;
            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = position;
                if (merges.RankOf(left.Id, symbols[left.Next].Id) is >= 0 and var next) queue.Push(next, position);
            }
            if (left.Previous >= 0 && merges.RankOf(symbols[left.Previous].Id, left.Id) is >= 0 and var previous) queue.Push(previous, left.Previous);
        }
        queue.Dispose();
    }
}
