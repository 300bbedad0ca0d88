namespace SaeSharp.Saes.Training;

/// <summary>How an epoch becomes shuffled batches through a buffer that holds part of it, decided on token numbers alone: a pure function of the sizes, the seed and the epoch.</summary>
/// <remarks>
/// The epoch is cut into chunks of equal size, two of which fit into the buffer, and each chunk is dealt at random in thirds to three phases: the one before its own,
/// its own and the one after. A phase's tokens, in random order, are its batches. So a phase ends with half of the buffer used up and half of it kept, and the half that
/// is then refilled mixes with two older chunks: a batch draws evenly on three chunks, one and a half times what the buffer holds. At both ends of the epoch the thirds that would fall
/// outside go to the first and the last phase, so that every phase has the size of a chunk and every token comes once. An epoch that fits is one phase: a uniform permutation.
/// Roads not taken: drawing from the whole buffer at each refill mixes no better for the memory (it draws on 1.5 times the buffer too), but a token may wait for ever, so that
/// a resumed run would have to read a long past again; here it reads three chunks. Blocks that are permuted one after another do not mix at all.
/// </remarks>
internal sealed class ShuffleDeal
{
    private const int Parts = 3;
    private readonly int _seed, _batch;
    private readonly long _batchesPerChunk;
    private readonly long[] _phaseStarts; // in batches

    /// <param name="tokens">Tokens of an epoch.</param>
    /// <param name="batch">Tokens of a batch.</param>
    /// <param name="capacity">Tokens that the buffer holds.</param>
    /// <param name="seed">Seed.</param>
    public ShuffleDeal(long tokens, int batch, long capacity, int seed)
    {
        (Tokens, _batch, _seed) = (tokens, batch, seed);
        BatchesPerEpoch = tokens / batch;
        HoldsEpoch = tokens <= Math.Min(capacity, Array.MaxLength);
        var mostPerChunk = HoldsEpoch ? BatchesPerEpoch : Math.Min(capacity, Array.MaxLength) / batch / 2;
        if (mostPerChunk == 0) throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"Expected room for two batches of {batch}.");
        var chunks = DivideUp(BatchesPerEpoch, mostPerChunk);
        _batchesPerChunk = DivideUp(BatchesPerEpoch, chunks);
        Chunks = checked((int)DivideUp(BatchesPerEpoch, _batchesPerChunk));

        _phaseStarts = new long[Chunks + 1];
        for (var chunk = 0; chunk < Chunks; chunk++)
            for (var part = 0; part < Parts; part++) _phaseStarts[PhaseOf(chunk, part) + 1] += PartBatches(chunk, part);
        for (var phase = 0; phase < Chunks; phase++) _phaseStarts[phase + 1] += _phaseStarts[phase];
        Capacity = HoldsEpoch ? (int)tokens : checked((int)(Math.Min(2 * _batchesPerChunk, BatchesPerEpoch) * batch));
    }

    public long Tokens { get; }

    public long BatchesPerEpoch { get; }

    /// <summary>Whether the buffer holds an epoch; then tokens that fill no batch take part in the permutation, otherwise the last ones are left out.</summary>
    public bool HoldsEpoch { get; }

    /// <summary>Chunks of an epoch; there are as many phases.</summary>
    public int Chunks { get; }

    /// <summary>Most tokens that are in the buffer at a time.</summary>
    public int Capacity { get; }

    /// <summary>First token of a chunk.</summary>
    public long Start(int chunk) => chunk * _batchesPerChunk * _batch;

    /// <summary>Tokens of a chunk.</summary>
    public int Count(int chunk) => HoldsEpoch ? (int)Tokens : (int)(ChunkBatches(chunk) * _batch);

    /// <summary>The phase of a batch of an epoch, and its number within the phase.</summary>
    public (int Phase, long Batch) Place(long batch)
    {
        var found = Array.BinarySearch(_phaseStarts, batch);
        var phase = found < 0 ? ~found - 1 : found;
        while (_phaseStarts[phase + 1] == batch) phase++; // a phase without a batch starts where the next one does
        return (phase, batch - _phaseStarts[phase]);
    }

    /// <summary>The chunks that have tokens in <paramref name="phase"/> are these and those between.</summary>
    public (int First, int Last) ChunksOf(int phase) => (Math.Max(phase - 1, 0), Math.Min(phase + 1, Chunks - 1));

    /// <summary>Writes which phase each token of a chunk is dealt to.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="scratch">At least as long as the chunk; overwritten.</param>
    /// <param name="phases">As long as the chunk.</param>
    public void Deal(long epoch, int chunk, Span<int> scratch, Span<int> phases)
    {
        if (Chunks == 1)
        {
            phases.Clear();
            return;
        }
        var order = scratch[..phases.Length];
        new SeededRandom(_seed, epoch, chunk, 1).Permute(order);
        var next = 0;
        for (var part = 0; part < Parts; part++)
        {
            var end = next + (int)PartBatches(chunk, part) * _batch;
            for (; next < end; next++) phases[order[next]] = PhaseOf(chunk, part);
        }
    }

    /// <summary>Fills <paramref name="order"/> with a permutation: the order in which a phase hands out its tokens.</summary>
    public void Order(long epoch, int phase, Span<int> order) => new SeededRandom(_seed, epoch, phase).Permute(order);

    private long ChunkBatches(int chunk) => Math.Min(_batchesPerChunk, BatchesPerEpoch - chunk * _batchesPerChunk);

    private long PartBatches(int chunk, int part) => (ChunkBatches(chunk) + Parts - 1 - part) / Parts;

    private int PhaseOf(int chunk, int part) => Math.Clamp(chunk + part - 1, 0, Chunks - 1);

    private static long DivideUp(long value, long by) => (value + by - 1) / by;
}
