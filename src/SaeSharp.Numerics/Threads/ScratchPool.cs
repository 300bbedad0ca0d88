namespace SaeSharp.Numerics.Threads;

/// <summary>Native buffers lent to one call at a time, so that a repeated operation allocates nothing after its first run.</summary>
internal sealed class ScratchPool
{
    private readonly List<NativeStorage> _free = [];
    private readonly Lock _lock = new();

    /// <summary>A buffer of at least <paramref name="bytes"/>; its content is undefined.</summary>
    public NativeStorage Rent(long bytes)
    {
        lock (_lock)
        {
            var best = -1;
            for (var i = 0; i < _free.Count; i++)
                if (_free[i].Bytes >= bytes && (best < 0 || _free[i].Bytes < _free[best].Bytes)) best = i;
            if (best >= 0)
            {
                var found = _free[best];
                _free.RemoveAt(best);
                return found;
            }
            // Nothing fits: the largest one that is too small makes room for its successor.
            if (_free.Count > 4)
            {
                var smallest = _free.MinBy(s => s.Bytes)!;
                _free.Remove(smallest);
                smallest.Dispose();
            }
        }
        return new NativeStorage(bytes);
    }

    public void Return(NativeStorage storage)
    {
        lock (_lock) _free.Add(storage);
    }
}
