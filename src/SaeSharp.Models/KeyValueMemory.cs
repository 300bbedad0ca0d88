using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>Keys and values of the positions that later rows can see.</summary>
/// <param name="cache">Where they lie.</param>
/// <param name="window">The layer's sliding window; 0 for none.</param>
internal sealed class KeyValueMemory(KeyValueCache cache, int window) : LayerMemory
{
    public KeyValueCache Cache => cache;

    /// <summary>A page that is begun is there as a whole.</summary>
    public override long Bytes => 2L * Pages * KeyValueCache.PageSize * cache.Heads * cache.DHead * cache.DType.Size();

    public override bool Reaches(int count) => cache.First <= Oldest(count);

    public override LayerMemory Fork(int count, int capacity) => new KeyValueMemory(cache.Fork(count, capacity), window);

    public override void Settle(int count)
    {
        cache.Truncate(count);
        cache.Forget(Oldest(count));
    }

    public override void Dispose() => cache.Dispose();

    private int Pages => (cache.Count + KeyValueCache.PageSize - 1) / KeyValueCache.PageSize - cache.First / KeyValueCache.PageSize;

    /// <summary>The oldest position that row <paramref name="count"/> sees.</summary>
    private int Oldest(int count) => window > 0 ? Math.Max(0, count - window + 1) : 0;
}
