using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace SaeSharp.Numerics.Files;

/// <summary>The bytes of a whole file: mapped read-only where that is safe and worth it, else read into native memory.</summary>
/// <remarks>
/// A mapped file that somebody shortens kills the process at the next read (SIGBUS), which no bounds check prevents. So a file is mapped only where
/// it is large and not open to everybody's writing; others are read. A file's group is trusted: many systems make files group-writable by default,
/// for a group that has one member.
/// Tensors over these bytes keep them alive; the garbage collector returns them after the last one. A write to a mapped tensor ends the process:
/// copy first (<see cref="Tensor.Clone"/>, <see cref="TensorConversion.To"/>).
/// </remarks>
internal sealed class FileStorage : Storage
{
    /// <summary>Below this size reading costs less than a map's page faults.</summary>
    public const long DefaultMapFrom = 16L << 20;

    private readonly MemoryMappedViewAccessor? _view;
    private readonly NativeStorage? _memory;

    private FileStorage(long bytes, MemoryMappedViewAccessor? view, NativeStorage? memory) => (Bytes, _view, _memory) = (bytes, view, memory);

    public override nint Address => _memory?.Address ?? _view!.SafeMemoryMappedViewHandle.DangerousGetHandle();

    public override long Bytes { get; }

    internal override bool IsMapped => _view is not null;

    /// <summary>Opens <paramref name="path"/>; files from <paramref name="mapFrom"/> bytes on are mapped where that is safe.</summary>
    public static FileStorage Open(string path, long mapFrom = DefaultMapFrom)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var bytes = RandomAccess.GetLength(handle);
            return bytes > 0 && bytes >= mapFrom && !EverybodyMayWrite(handle) ? Map(handle, bytes) : Load(path, handle, bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw FileException.Unreadable(path, error);
        }
    }

    /// <summary>Nothing: tensors share these bytes, so none of them may give them back. See <see cref="Release"/>.</summary>
    public override void Dispose() { }

    internal override void EnterMemory(long start, long bytes)
    {
        if (IsMapped) Native.Libc.Populate(Address + (nint)start, bytes);
    }

    internal override void LeaveMemory(long start, long bytes)
    {
        if (IsMapped) Native.Libc.Forget(Address + (nint)start, bytes);
    }

    /// <summary>Gives the bytes back now. Only for an owner that has handed out no view of them.</summary>
    public void Release()
    {
        _view?.Dispose();
        _memory?.Dispose();
    }

    private static bool EverybodyMayWrite(SafeFileHandle handle) => !OperatingSystem.IsWindows() && File.GetUnixFileMode(handle).HasFlag(UnixFileMode.OtherWrite);

    private static FileStorage Map(SafeFileHandle handle, long bytes)
    {
        using var file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new(bytes, file.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.Read), null); // the view outlives the file object
    }

    private static unsafe FileStorage Load(string path, SafeFileHandle handle, long bytes)
    {
        var memory = new NativeStorage(bytes);
        try
        {
            for (var done = 0L; done < bytes;)
            {
                var chunk = new Span<byte>((byte*)memory.Address + done, (int)Math.Min(bytes - done, 1 << 30));
                var read = RandomAccess.Read(handle, chunk, done);
                if (read == 0) throw FileException.Malformed(path, $"byte {done}", $"the file ended while it was read, expected {bytes} bytes");
                done += read;
            }
            return new(bytes, null, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }
}
