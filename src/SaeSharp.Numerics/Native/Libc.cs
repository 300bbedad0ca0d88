using System.Runtime.InteropServices;

namespace SaeSharp.Numerics.Native;

/// <summary>The few calls of the C library that .NET lacks. Each is a hint or has a portable fallback: nothing depends on it.</summary>
internal static partial class Libc
{
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE
    private const int AdviseDoNotNeed = 4; // MADV_DONTNEED
    private const int AdvisePopulate = 22; // MADV_POPULATE_READ, Linux 5.14
    private const int ReadAndWrite = 3; // PROT_READ | PROT_WRITE
    private const int PrivateZeros = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
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

    /// <summary>Zeroed memory from the system itself, at an address that <paramref name="alignment"/>, a power of two, divides. 0 where the system is not Linux or has none.</summary>
    public static nint MapZeros(nuint bytes, nuint alignment)
    {
        if (!OperatingSystem.IsLinux()) return 0;
        bytes = Pages(bytes);
        var address = Mmap(0, checked(bytes + alignment), ReadAndWrite, PrivateZeros, -1, 0);
        if (address == -1) return 0;
        var start = (nint)(((nuint)address + alignment - 1) & ~(alignment - 1));
        if (start > address) _ = Munmap(address, (nuint)(start - address));
        _ = Munmap(start + (nint)bytes, alignment - (nuint)(start - address));
        return start;
    }

    /// <summary>Gives back what <see cref="MapZeros"/> gave.</summary>
    public static void Unmap(nint address, nuint bytes) => _ = Munmap(address, Pages(bytes));

    /// <summary>Maps the pages of a file that hold these bytes at once, where Linux can. Others come at their first read.</summary>
    public static void Populate(nint address, long bytes) => Advise(address, bytes, AdvisePopulate);

    /// <summary>Unmaps the pages of a read-only mapped file that hold these bytes, on Linux. They come back when they are read.</summary>
    public static void Forget(nint address, long bytes) => Advise(address, bytes, AdviseDoNotNeed);

    private static void Advise(nint address, long bytes, int advice)
    {
        if (!OperatingSystem.IsLinux() || bytes == 0) return;
        var start = address & ~(nint)(Environment.SystemPageSize - 1);
        _ = Madvise(start, (nuint)(address + (nint)bytes - start), advice);
    }

    private static nuint Pages(nuint bytes) => checked(bytes + (nuint)Environment.SystemPageSize - 1) & ~((nuint)Environment.SystemPageSize - 1);

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

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Munmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(nint address, nuint length, int advice);
}
