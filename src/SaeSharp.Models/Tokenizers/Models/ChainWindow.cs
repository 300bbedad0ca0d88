using System.Buffers;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Merges a chain of any length piece by piece, with the outcome of merging it as a whole.</summary>
/// <remarks>
/// Without a cut a chain may be a whole document; merged as a whole it falls out of the caches, and its time grows faster than its length. A window is right because a merge is always the best of the pairs
/// that stand side by side: (1) where none reaches across a place, what is left and right of it merges as if apart, so a row of tokens out of an outcome is itself the outcome of what it covers; (2) a row in which
/// any two neighbours are the outcome of what they cover is an outcome, for the first merge across a border would have been made between those two alone as well.
/// So each window begins with the last token of the one before. If it comes out again, all neighbours are right. If not, the cut at the end of the window before has reached back to it: then larger windows are needed.
/// </remarks>
internal ref struct ChainWindow<T> where T : struct, IChainLink
{
    /// <summary>So many links stay in the cache while they are merged, and the part that is merged twice is small.</summary>
    public const int SmallestSize = 1024;

    /// <summary>How much larger the windows of the next try are.</summary>
    public const int Growth = 4;

    private const int SettledShare = 8;   // the last eighth of a window may come out otherwise in the next

    private readonly T[] links;
    private readonly T[] copy;
    private T[] merged = [];   // the copy, or in the last window the links themselves
    private readonly int size;
    private int count;
    private int expected;   // the links of the token that must come out first; 0 where any may

    public ChainWindow(int size)
    {
        this.size = size;
        links = ArrayPool<T>.Shared.Rent(size);
        copy = ArrayPool<T>.Shared.Rent(size);
    }

    public readonly bool IsFull => count == size;

    /// <summary>Where the next links of the chain go.</summary>
    public readonly Span<T> Free => links.AsSpan(count, size - count);

    /// <summary>Counts the links that were written to <see cref="Free"/>.</summary>
    public void Advance(int written) => count += written;

    public void Add(T link) => links[count++] = link;

    /// <summary>The links as they were added, to be merged in place.</summary>
    /// <param name="isLast">As for <see cref="TrySettle"/>, which follows.</param>
    public Span<T> ToMerge(bool isLast)
    {
        merged = isLast ? links : copy;
        if (!isLast) links.AsSpan(0, count).CopyTo(copy);
        return merged.AsSpan(0, count);
    }

    /// <summary>After the merging: gives the tokens that are settled, and makes room for the next links; false where only larger windows can tell.</summary>
    /// <param name="isLast">Whether the chain ends with this window; another may follow.</param>
    /// <param name="settled">The links of the tokens, merged ones between them.</param>
    public bool TrySettle(bool isLast, out ReadOnlySpan<T> settled)
    {
        settled = default;
        if (expected > 0 && EndOfToken(0) != expected) return false;
        var end = count;
        expected = 0;
        if (!isLast)
        {
            end -= size / SettledShare;
            while (end > 0 && merged[end].IsMerged) end--;
            if (end <= 0) return false;
            expected = EndOfToken(end) - end;
            links.AsSpan(end, count - end).CopyTo(links);
        }
        settled = merged.AsSpan(0, end);
        count -= end;
        return true;
    }

    public readonly void Dispose()
    {
        ArrayPool<T>.Shared.Return(links);
        ArrayPool<T>.Shared.Return(copy);
    }

    private readonly int EndOfToken(int start)
    {
        var end = start + 1;
        while (end < count && merged[end].IsMerged) end++;
        return end;
    }
}
