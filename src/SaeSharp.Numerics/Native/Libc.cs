using System.Runtime.InteropServices;

namespace SaeSharp.Numerics.Native;

/// <summary>The few calls of the C library that .NET lacks. Each is a hint or has a portable fallback: nothing depends on it.</summary>
internal static partial class Libc
{
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE
    private const int ReadOnly = 0; // O_RDONLY
    private const int Interrupted = 4; // EINTR
    private const int InvalidArgument = 22; // EINVAL
    private const int ReadOnlyFileSystem = 30; // EROFS
    private static readonly int NotSupported = OperatingSystem.IsMacOS() ? 45 : 95; // ENOTSUP

    /// <summary>Asks Linux for 2 MiB pages: a large matrix product reads with far fewer TLB misses. Elsewhere, nothing.</summary>
    public static void PreferLargePages(nint address, nuint bytes)
    {
        if (OperatingSystem.IsLinux()) _ = Madvise(address, bytes, AdviseHugePages);
    }

    /// <summary>Waits until the bytes of an open file are on the disk. .NET's own flush drops the error that a failing disk reports, which Linux tells only once.</summary>
    /// <exception cref="IOException">They are not.</exception>
    public static void Sync(FileStream stream)
    {
        stream.Flush(flushToDisk: !OperatingSystem.IsLinux());
        if (OperatingSystem.IsLinux()) Sync((int)stream.SafeFileHandle.DangerousGetHandle());
    }

    /// <summary>Makes a rename in <paramref name="folder"/> last through a power cut. Windows does so by itself.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0) return; // a folder that may be written but not read
        try
        {
            Sync(descriptor);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void Sync(int descriptor)
    {
        while (Fsync(descriptor) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is InvalidArgument or ReadOnlyFileSystem || error == NotSupported) return; // nothing to sync there
            if (error != Interrupted) throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(nint address, nuint length, int advice);
}
