namespace SaeSharp.Numerics.Backends;

/// <summary>Weights smaller than a large page, side by side in blocks that lie on large pages: a model of many small matrices is then read with far fewer TLB misses.</summary>
/// <remarks>A block lives as long as any tensor in it. Matrices of a large page and more get their own memory.</remarks>
internal static class SharedPages
{
    private const int Block = 16 << 20;
    private const int Largest = 2 << 20;
    private const int Alignment = 64;
    private static readonly Lock Taking = new();
    private static readonly WeakReference<NativeStorage> Current = new(null!);
    private static long _used;

    /// <summary>Zeros.</summary>
    public static Tensor Zeros(DType type, params ReadOnlySpan<int> shape)
    {
        var bytes = (long)type.Size();
        foreach (var size in shape) bytes = checked(bytes * size);
        if (bytes >= Largest) return Tensor.Zeros(type, shape);
        lock (Taking)
        {
            if (!Current.TryGetTarget(out var block) || Block - _used < bytes)
            {
                Current.SetTarget(block = new(Block));
                _used = 0;
            }
            var piece = new Tensor(type, shape, new Piece(block), _used);
            _used += (bytes + Alignment - 1) / Alignment * Alignment;
            return piece;
        }
    }

    /// <summary>The whole block, seen by one of the tensors in it, which must not free it for the others.</summary>
    private sealed class Piece(NativeStorage block) : Storage
    {
        public override nint Address => block.Address;

        public override long Bytes => block.Bytes;

        public override void Dispose() { }
    }
}
