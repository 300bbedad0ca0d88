using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics;

/// <summary>A contiguous, row-major array of numbers in memory that the garbage collector does not move.</summary>
/// <remarks>
/// Views (<see cref="Rows(int, int)"/>, <see cref="Reshape"/>) share the storage of the tensor they come from. There are no strides: what a
/// kernel reads is what lies there. Not synchronised: two threads may read one tensor, one may write it while nobody reads.
/// </remarks>
public sealed unsafe class Tensor
{
    private readonly int[] _shape;
    private readonly Storage _storage;
    private readonly long _offset;

    /// <summary>A view of <paramref name="shape"/> elements of <paramref name="type"/> that starts <paramref name="offset"/> bytes into <paramref name="storage"/>.</summary>
    public Tensor(DType type, ReadOnlySpan<int> shape, Storage storage, long offset = 0)
    {
        var count = CountOf(shape);
        if (offset < 0 || offset > storage.Bytes || storage.Bytes - offset < count * type.Size())
            throw new ArgumentException($"{count} elements of {type} at byte {offset} do not fit in {storage.Bytes} bytes.", nameof(storage));
        (DType, _shape, Count, _storage, _offset) = (type, shape.ToArray(), count, storage, offset);
    }

    public DType DType { get; }

    /// <summary>Size of each axis.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    public int Rank => _shape.Length;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Bytes of all elements.</summary>
    public long Bytes => Count * DType.Size();

    /// <summary>Size of the last axis; 1 for a scalar.</summary>
    public int Columns => _shape.Length == 0 ? 1 : _shape[^1];

    /// <summary>Number of vectors along the last axis: the product of all other axes.</summary>
    public int RowCount
    {
        get
        {
            var rows = 1;
            for (var i = 0; i < _shape.Length - 1; i++) rows = checked(rows * _shape[i]);
            return rows;
        }
    }

    /// <summary>The shape as people write it: <c>[8, 768]</c>.</summary>
    public string ShapeText => Numerics.Shape.Text(_shape);

    /// <summary>Zeros in new native memory.</summary>
    public static Tensor Zeros(DType type, params ReadOnlySpan<int> shape) => new(type, shape, new NativeStorage(CountOf(shape) * type.Size()));

    /// <summary>A copy of <paramref name="values"/> with the given shape.</summary>
    public static Tensor Of<T>(ReadOnlySpan<T> values, params ReadOnlySpan<int> shape) where T : unmanaged
    {
        var tensor = Zeros(DTypes.Of<T>(), shape);
        if (tensor.Count != values.Length) throw ShapeException.Mismatch(nameof(values), $"{tensor.Count} elements for {tensor.ShapeText}", $"{values.Length} elements");
        values.CopyTo(tensor.Span<T>());
        return tensor;
    }

    /// <summary>A copy of <paramref name="values"/> with the given shape.</summary>
    public static Tensor Of<T>(T[] values, params ReadOnlySpan<int> shape) where T : unmanaged => Of<T>(values.AsSpan(), shape);

    /// <summary>Address of the first element. <typeparamref name="T"/> must be the element type. Keep the tensor alive while it is used.</summary>
    public T* Pointer<T>() where T : unmanaged
    {
        if (DTypes.Of<T>() != DType) throw ShapeException.WrongType("tensor", DTypes.Of<T>(), DType);
        return (T*)(_storage.Address + _offset);
    }

    /// <summary>Address of the first byte, for kernels that move elements without reading them.</summary>
    internal nint Address => _storage.Address + (nint)_offset;

    /// <summary>Whether its bytes are those of a mapped file.</summary>
    public bool LiesInFile => _storage.IsMapped;

    /// <summary>Asks for these bytes of a mapped file at once, where they would come page by page. Elsewhere, nothing.</summary>
    internal void EnterMemory(long start, long bytes) => _storage.EnterMemory(_offset + start, bytes);

    /// <summary>Lets these bytes of a mapped file leave the memory. They can still be read: they come back from the file. Elsewhere, nothing.</summary>
    internal void LeaveMemory(long start, long bytes) => _storage.LeaveMemory(_offset + start, bytes);

    /// <summary>All elements as a span; above 2³¹ elements use <see cref="Row{T}"/>.</summary>
    public Span<T> Span<T>() where T : unmanaged => new(Pointer<T>(), checked((int)Count));

    /// <summary>The vector along the last axis at <paramref name="row"/> (all other axes counted as one).</summary>
    public Span<T> Row<T>(int row) where T : unmanaged
    {
        if ((uint)row >= (uint)RowCount) throw new ArgumentOutOfRangeException(nameof(row), row, $"The tensor is {ShapeText}.");
        return new(Pointer<T>() + (long)row * Columns, Columns);
    }

    /// <summary>Asks the processor for a row that will be wanted soon: rows in random order otherwise wait for memory one after another.</summary>
    public void Prefetch(int row)
    {
        if (!Sse.IsSupported) return;
        const int Line = 64;
        var bytes = (long)Columns * DType.Size();
        var start = (byte*)Address + row * bytes;
        for (var at = 0L; at < bytes; at += Line) Sse.Prefetch0(start + at);
    }

    /// <summary>The raw bytes, little-endian.</summary>
    public Span<byte> RawBytes() => new((void*)(_storage.Address + _offset), checked((int)Bytes));

    /// <summary>A view of <paramref name="count"/> entries of the first axis from <paramref name="start"/>.</summary>
    public Tensor Rows(int start, int count)
    {
        if (Rank == 0 || start < 0 || count < 0 || start > _shape[0] - count)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{count} rows from {start} lie outside {ShapeText}.");
        var stride = _shape[0] == 0 ? 0 : Count / _shape[0];
        return new(DType, [count, .. _shape.AsSpan(1)], _storage, _offset + start * stride * DType.Size());
    }

    /// <summary>The same elements under another shape of the same count.</summary>
    public Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        if (CountOf(shape) != Count) throw ShapeException.Mismatch("shape", $"{Count} elements like {ShapeText}", Numerics.Shape.Text(shape));
        return new(DType, shape, _storage, _offset);
    }

    /// <summary>A copy in new memory.</summary>
    public Tensor Clone()
    {
        var copy = Zeros(DType, _shape);
        CopyTo(copy);
        return copy;
    }

    /// <summary>Copies all elements into a tensor of the same type and count.</summary>
    public void CopyTo(Tensor target)
    {
        if (target.DType != DType || target.Count != Count) throw ShapeException.Mismatch(nameof(target), $"{DType}{ShapeText}", $"{target.DType}{target.ShapeText}");
        Buffer.MemoryCopy((void*)(_storage.Address + _offset), (void*)(target._storage.Address + target._offset), target.Bytes, Bytes);
        GC.KeepAlive(this);
        GC.KeepAlive(target);
    }

    /// <summary>Sets every byte to zero.</summary>
    public void Clear() => NativeMemory.Clear((void*)(_storage.Address + _offset), (nuint)Bytes);

    /// <summary>Gives the memory back now. Views of it must not be used afterwards.</summary>
    public void Free() => _storage.Dispose();

    /// <summary>How many elements a shape has; throws before the bytes of the widest type would overflow.</summary>
    private static long CountOf(ReadOnlySpan<int> shape)
    {
        var count = 1L;
        foreach (var size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            if (size != 0 && count > long.MaxValue / 16 / size) throw ShapeException.TooLarge(Numerics.Shape.Text(shape));
            count *= size;
        }
        return count;
    }
}
