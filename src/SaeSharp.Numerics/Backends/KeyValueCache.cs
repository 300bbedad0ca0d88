using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends;

/// <summary>Keys and values of one layer for one growing sequence, in pages that come as they are needed.</summary>
/// <remarks>
/// In a page keys lie transposed, [kvHeads, dHead, positions], so that one query meets 16 keys in one instruction; values lie [positions, kvHeads, dHead].
/// A fork shares its pages; only the page that one of the two writes to next is copied. The bits of attention do not depend on where pages lie.
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    /// <summary>Positions of a page.</summary>
    public const int PageSize = KeyValuePage.Positions;

    private readonly DType _type;
    private readonly KeyValuePage?[] _pages;
    private readonly nint[] _keys, _values; // addresses of the pages, where kernels look them up

    /// <param name="capacity">Positions there is room for.</param>
    /// <param name="heads">Key and value heads.</param>
    /// <param name="dHead">Width of a head.</param>
    /// <param name="type">F32 or F64.</param>
    public KeyValueCache(int capacity, int heads, int dHead, DType type = DType.F32)
    {
        (Capacity, Heads, DHead, _type) = (OptionException.Positive(capacity), heads, dHead, type);
        var pages = (int)(((long)capacity + PageSize - 1) / PageSize);
        _pages = new KeyValuePage?[pages];
        _keys = GC.AllocateArray<nint>(pages, pinned: true);
        _values = GC.AllocateArray<nint>(pages, pinned: true);
    }

    public int Capacity { get; }
    public int Heads { get; }
    public int DHead { get; }
    public DType DType => _type;

    /// <summary>Positions held, those forgotten included.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest position that can still be read.</summary>
    public int First { get; private set; }

    /// <summary>Where the keys of each page lie; 0 for pages that are not there.</summary>
    internal nint[] KeyPages => _keys;

    internal nint[] ValuePages => _values;

    /// <summary>Appends rows of <paramref name="k"/> and <paramref name="v"/>, both [rows, kvHeads, dHead].</summary>
    public void Append(Tensor k, Tensor v) => Append(k, v, 0, k.Shape[0]);

    /// <summary>Appends <paramref name="rows"/> rows from <paramref name="start"/> on.</summary>
    public void Append(Tensor k, Tensor v, int start, int rows)
    {
        Shape.Require(k, _type, [("heads", Heads), ("dHead", DHead)]);
        Shape.RequireSame(k, v);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, k.Shape[0] - rows);
        if (rows > Capacity - Count) throw OptionException.Invalid($"The cache holds {Capacity} positions; {Count + rows} are needed.", "Generate fewer tokens or shorten the prompt.");
        for (var done = 0; done < rows;)
        {
            var (page, at) = Math.DivRem(Count, PageSize);
            var count = Math.Min(rows - done, PageSize - at);
            Own(page);
            if (_type == DType.F32) Write<float>(k, v, start + done, count, _pages[page]!, at);
            else Write<double>(k, v, start + done, count, _pages[page]!, at);
            done += count;
            Count += count;
        }
    }

    /// <summary>Forgets the positions from <paramref name="count"/> on.</summary>
    public void Truncate(int count)
    {
        Count = Math.Min(Count, OptionException.NotNegative(count));
        First = Math.Min(First, Count);
        for (var page = (Count + PageSize - 1) / PageSize; page < _pages.Length; page++) Drop(page);
    }

    /// <summary>Forgets the positions before <paramref name="first"/>, page by page: nothing that looks further back may come.</summary>
    public void Forget(int first)
    {
        var pages = Math.Min(first, Count) / PageSize;
        for (var page = First / PageSize; page < pages; page++) Drop(page);
        First = Math.Max(First, pages * PageSize);
    }

    /// <summary>A cache of the first <paramref name="count"/> positions that goes its own way from there.</summary>
    /// <param name="count">At most <see cref="Count"/>.</param>
    /// <param name="capacity">Positions it has room for.</param>
    public KeyValueCache Fork(int count, int capacity)
    {
        if (count > Count || count > capacity) throw new ArgumentOutOfRangeException(nameof(count), count, $"The cache holds {Count} positions, its fork has room for {capacity}.");
        var fork = new KeyValueCache(capacity, Heads, DHead, _type) { Count = count, First = Math.Min(First, count) };
        for (var page = 0; page * PageSize < count; page++)
            if (_pages[page] is { } shared) fork.Put(page, shared.Hold());
        return fork;
    }

    /// <summary>Writes all positions to <paramref name="k"/> and <paramref name="v"/>, [count, kvHeads, dHead]; forgotten ones are left as they are.</summary>
    public void CopyTo(Tensor k, Tensor v)
    {
        Shape.Require(k, _type, [("heads", Heads), ("dHead", DHead)]);
        Shape.RequireSame(k, v);
        for (var position = First; position < Count; position++)
        {
            var (page, at) = (_pages[position / PageSize]!, position % PageSize);
            page.Values.Rows(at, 1).CopyTo(v.Rows(position, 1));
            for (var i = 0; i < Heads * DHead; i++) k.Write((long)position * Heads * DHead + i, page.Keys.Read((long)i * PageSize + at));
        }
    }

    /// <summary>Leaves all pages.</summary>
    public void Dispose() => Truncate(0);

    /// <summary>Makes a page there, and this cache's alone.</summary>
    private void Own(int page)
    {
        if (_pages[page] is not { } held)
        {
            Put(page, new(Heads, DHead, _type));
        }
        else if (held.IsShared)
        {
            Put(page, held.Copy());
            held.Leave();
        }
    }

    private void Put(int index, KeyValuePage page) => (_pages[index], _keys[index], _values[index]) = (page, page.Keys.Address, page.Values.Address);

    private void Drop(int index)
    {
        _pages[index]?.Leave();
        (_pages[index], _keys[index], _values[index]) = (null, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Write<T>(Tensor k, Tensor v, int start, int rows, KeyValuePage page, int at) where T : unmanaged
    {
        var width = Heads * DHead;
        var from = k.Pointer<T>() + (long)start * width;
        var keys = page.Keys.Pointer<T>() + at;
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < width; i++)
                keys[(long)i * PageSize + row] = from[(long)row * width + i];
        v.Span<T>().Slice(start * width, rows * width).CopyTo(page.Values.Span<T>()[(at * width)..]);
    }
}
