using System.Runtime.InteropServices;

namespace SaeSharp.Numerics.Native;

/// <summary>The few calls of the C library that .NET lacks. Each is a hint or has a portable fallback: nothing depends on it.</summary>
internal static partial class Libc
{
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    /// <summary>Asks Linux for 2 MiB pages: a large matrix product reads with far fewer TLB misses. Elsewhere, nothing.</summary>
    public static void PreferLargePages(nint address, nuint bytes)
    {
        if (OperatingSystem.IsLinux()) _ = Madvise(address, bytes, AdviseHugePages);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(nint address, nuint length, int advice);
}
