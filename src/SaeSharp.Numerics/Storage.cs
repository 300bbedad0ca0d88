using System.Runtime.InteropServices;
using SaeSharp.Numerics.Native;

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

    /// <inheritdoc cref="Tensor.LiesInFile"/>
    internal virtual bool IsMapped => false;

    /// <inheritdoc cref="Tensor.EnterMemory"/>
    internal virtual void EnterMemory(long start, long bytes) { }

    /// <inheritdoc cref="Tensor.LeaveMemory"/>
    internal virtual void LeaveMemory(long start, long bytes) { }
}

/// <summary>Zeroed native memory, 64-byte aligned, on large pages where the system offers them.</summary>
/// <remarks>Large blocks come from the system, which zeroes each page at its first use: on the thread that uses it, and not at all where nobody does.</remarks>
public sealed unsafe class NativeStorage : Storage
{
    private const int Alignment = 64;
    private const int LargePage = 2 << 20;
    private readonly bool _isMapped;
    private nint _address;

    public NativeStorage(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        var size = (nuint)Math.Max(bytes, Alignment);
        if (bytes >= LargePage) _address = Libc.MapZeros(size, LargePage);
        _isMapped = _address != 0;
        if (_isMapped)
        {
            Libc.PreferLargePages(_address, size);
        }
        else
        {
            _address = (nint)NativeMemory.AlignedAlloc(size, Alignment);
            NativeMemory.Clear((void*)_address, size);
        }
        NativePressure.Add(bytes);
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
        if (_isMapped) Libc.Unmap(address, (nuint)Bytes);
        else NativeMemory.AlignedFree((void*)address);
        NativePressure.Add(-Bytes);
    }
}
