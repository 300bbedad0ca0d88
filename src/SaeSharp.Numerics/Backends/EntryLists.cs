namespace SaeSharp.Numerics.Backends;

/// <summary>One chosen pre-activation, as an encoder meets it.</summary>
/// <param name="Value">What it is.</param>
/// <param name="Row">Its row.</param>
/// <param name="Index">Its latent.</param>
internal readonly record struct Entry(float Value, int Row, int Index);

/// <summary>A growing list of entries for each block of rows; threads fill different ones. The memory stays for the next encoding.</summary>
internal sealed unsafe class EntryLists
{
    private const int Smallest = 1024;
    private Block[] _blocks = [];

    public int BlockCount { get; private set; }

    /// <summary>Where the last choice over a whole batch ended; 0 before the first. The next one's is likely close, but nothing depends on it.</summary>
    public float LastThreshold { get; set; }

    /// <summary>Empties all lists and has as many as there are blocks.</summary>
    public void Reset(int blocks)
    {
        var known = _blocks.Length;
        if (known < blocks) Array.Resize(ref _blocks, blocks);
        for (var b = known; b < _blocks.Length; b++) _blocks[b] = new();
        for (var b = 0; b < blocks; b++) _blocks[b].Count = 0;
        BlockCount = blocks;
    }

    /// <summary>The entries of a block, in the order in which they were added.</summary>
    public Span<Entry> Of(int block) => new((void*)(_blocks[block].Storage?.Address ?? 0), _blocks[block].Count);

    /// <summary>Entries of all blocks.</summary>
    public long Total()
    {
        var total = 0L;
        for (var b = 0; b < BlockCount; b++) total += _blocks[b].Count;
        return total;
    }

    /// <summary>Where to write <paramref name="incoming"/> more entries of a block; <see cref="Grow"/> says how many came.</summary>
    public Entry* Room(int block, int incoming)
    {
        var list = _blocks[block];
        var needed = (list.Count + (long)incoming) * sizeof(Entry);
        if (list.Storage is null || list.Storage.Bytes < needed)
        {
            var larger = new NativeStorage(Math.Max(needed, Math.Max(Smallest * sizeof(Entry), 2 * (list.Storage?.Bytes ?? 0))));
            Of(block).CopyTo(new Span<Entry>((void*)larger.Address, list.Count));
            list.Storage?.Dispose();
            list.Storage = larger;
        }
        return (Entry*)list.Storage.Address + list.Count;
    }

    public void Grow(int block, int came) => _blocks[block].Count += came;

    private sealed class Block
    {
        public NativeStorage? Storage;
        public int Count;
    }
}
