namespace SaeSharp.Numerics.Native;

/// <summary>Tells the garbage collector how much native memory hangs on its objects, so that it looks for lost ones in time.</summary>
/// <remarks>
/// In steps of <see cref="Step"/>: what is taken and given back again is never told. A call may start a collection, which took a tenth of the time of writing a text with its features read, where each
/// tensor of some kilobytes told of itself.
/// </remarks>
internal static class NativePressure
{
    private const long Step = 16 << 20;
    private static long _live, _told;

    /// <summary>So many bytes are taken, or given back where it is negative.</summary>
    public static void Add(long bytes)
    {
        var live = Interlocked.Add(ref _live, bytes);
        var told = Volatile.Read(ref _told);
        if (Math.Abs(live - told) < Step || Interlocked.CompareExchange(ref _told, live, told) != told) return; // or another thread tells
        if (live > told) GC.AddMemoryPressure(live - told);
        else GC.RemoveMemoryPressure(told - live);
    }
}
