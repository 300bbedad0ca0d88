using System.Runtime.InteropServices;

namespace SaeSharp.Numerics;

/// <summary>Bytes that tensors look into. Whoever makes one decides where they live: native memory here, a file's bytes in Files.</summary>
public abstract class Storage : IDisposable
{
    /// <summary>Address of the first byte; 64-byte aligned for <see cref="NativeStorage"/>, any alignment for mapped files.</summary>
    public abstract nint Address { get; }

    /// <summary>How many bytes there are.</summary>
    public abstract long Bytes { get; }

    /// <summary>Gives the bytes back now instead of when the garbage collector finds them. Tensors over them must not be used afterwards.</summary>
    public abstract void Dispose();
}

/// <summary>Zeroed native memory, 64-byte aligned, on large pages where the system offers them.</summary>
public sealed unsafe class NativeStorage : Storage
{
    private const int Alignment = 64;
    private const int LargePage = 2 << 20;
    private nint _address;

    public NativeStorage(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        var size = (nuint)Math.Max(bytes, Alignment);
        var large = bytes >= LargePage;
        _address = (nint)NativeMemory.AlignedAlloc(size, large ? LargePage : (nuint)Alignment);
        if (large) Native.Libc.PreferLargePages(_address, size);
        NativeMemory.Clear((void*)_address, size);
        if (bytes > 0) GC.AddMemoryPressure(bytes);
    }

    public override nint Address => _address;

    public override long Bytes { get; }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~NativeStorage() => Free();

    private void Free()
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address == 0) return;
        NativeMemory.AlignedFree((void*)address);
        if (Bytes > 0) GC.RemoveMemoryPressure(Bytes);
    }
}
