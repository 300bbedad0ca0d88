namespace SaeSharp.Numerics.Threads;

/// <summary>A scratch buffer that goes back to its pool at the end of the block that rents it.</summary>
internal readonly ref struct Lease
{
    private readonly ScratchPool _pool;
    private readonly NativeStorage _storage;

    public Lease(ScratchPool pool, long bytes) => (_pool, _storage) = (pool, pool.Rent(bytes));

    public nint Address => _storage.Address;

    public void Dispose() => _pool.Return(_storage);
}
