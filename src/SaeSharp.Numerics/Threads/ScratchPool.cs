namespace SaeSharp.Numerics.Threads;

/// <summary>Native buffers lent to one call at a time, so that a repeated operation allocates nothing after its first run.</summary>
internal sealed class ScratchPool
{
    private readonly List<NativeStorage> _free = [];
    private readonly Lock _lock = new();

    /// <summary>A buffer of at least <paramref name="bytes"/>; its content is undefined.</summary>
    /// <remarks>
    /// The smallest that fits. Where none does, the largest makes room for its successor: so there are never more buffers than were lent at one time, each exchange makes the sum of
    /// their sizes larger, and the same operations, repeated, soon need no other.
    /// </remarks>
    public NativeStorage Rent(long bytes)
    {
        lock (_lock)
        {
            int best = -1, largest = -1;
            for (var i = 0; i < _free.Count; i++)
            {
                if (_free[i].Bytes >= bytes && (best < 0 || _free[i].Bytes < _free[best].Bytes)) best = i;
                if (largest < 0 || _free[i].Bytes > _free[largest].Bytes) largest = i;
            }
            if (best >= 0)
            {
                var found = _free[best];
                _free.RemoveAt(best);
                return found;
            }
            if (largest >= 0)
            {
                _free[largest].Dispose();
                _free.RemoveAt(largest);
            }
        }
        return new NativeStorage(bytes);
    }

    public void Return(NativeStorage storage)
    {
        lock (_lock) _free.Add(storage);
    }
}
