using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SaeSharp.Numerics.Files;

/// <summary>A tensor as its bytes lie in a file: element type, byte order, shape and strides, checked to stay within its bytes.</summary>
/// <remarks>
/// Reading gives a view of the file wherever that is possible: elements one after another in row-major order, in this machine's byte order, at an
/// address they may have. Everything else (transposed, strided and expanded views, big-endian elements, 8- and 16-bit integers) is copied.
/// </remarks>
public sealed unsafe class StoredTensor
{
    internal const int MaxAxes = 64;

    private readonly OpenedFile _file;
    private readonly ByteSource _source;
    private readonly long[] _shape, _strides;
    private readonly long _start, _count;
    private readonly int _size;
    private readonly bool _bigEndian;
    private volatile bool _charged;

    private StoredTensor(OpenedFile file, ByteSource source, TensorEntry entry, long[] shape, long[] strides, bool bigEndian)
    {
        (_file, _source, Entry, _shape, _strides, _start, _bigEndian) = (file, source, entry, shape, strides, entry.Start, bigEndian);
        _size = ElementTypes.Size(entry.TypeName);
        _count = entry.Bytes / _size;
    }

    /// <summary>Name, type, shape and size.</summary>
    public TensorEntry Entry { get; }

    /// <summary>Checks that every element lies within <paramref name="source"/>. Strides and <paramref name="offset"/> count elements.</summary>
    /// <exception cref="FileException">A size, stride or offset is negative, overflows or leads past the bytes; or copies would take more than the file may cost.</exception>
    internal static StoredTensor Within(OpenedFile file, ByteSource source, string name, string typeName, long[] shape, long[] strides, long offset = 0, bool bigEndian = false)
    {
        var where = $"tensor '{name}'";
        var size = ElementTypes.Size(typeName);
        if (shape.Length != strides.Length) throw FileException.Malformed(file.Path, where, $"it has {shape.Length} sizes and {strides.Length} strides, expected as many");
        if (shape.Length > MaxAxes) throw FileException.Malformed(file.Path, where, $"it has {shape.Length} axes, expected at most {MaxAxes}");
        if (offset < 0) throw FileException.Malformed(file.Path, where, $"its offset is {offset}, expected 0 or more");
        var entry = new TensorEntry(name, typeName, shape, 0, 0) { DType = ElementTypes.Read(typeName) };
        try
        {
            var (count, last) = (1L, offset);
            for (var axis = 0; axis < shape.Length; axis++)
            {
                if (shape[axis] < 0 || strides[axis] < 0) throw FileException.Malformed(file.Path, where, $"axis {axis} has size {shape[axis]} and stride {strides[axis]}, expected 0 or more");
                count = checked(count * shape[axis]);
                if (shape[axis] > 0) last = checked(last + (shape[axis] - 1) * strides[axis]);
            }
            var end = count == 0 ? checked(offset * size) : checked((last + 1) * size);
            if (end > source.Bytes) throw FileException.Malformed(file.Path, where, $"it reaches to byte {end} of its storage, which has {source.Bytes}");
            entry = entry with { Start = checked(offset * size), Bytes = checked(count * size) };
        }
        catch (OverflowException error)
        {
            throw FileException.Malformed(file.Path, where, $"sizes {entry.ShapeText} with strides [{string.Join(", ", strides)}] overflow 64 bits", error);
        }
        if (entry.Bytes > Math.Max(file.Limit, source.Bytes)) file.Charge(entry.Bytes, where);
        return new(file, source, entry, shape, strides, bigEndian);
    }

    /// <summary>The strides of elements one after another, the last axis fastest.</summary>
    internal static long[] RowMajor(ReadOnlySpan<long> shape)
    {
        var (strides, next) = (new long[shape.Length], 1L);
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = next;
            next = unchecked(next * Math.Max(shape[axis], 1)); // an overflowing shape is refused by Within
            if (next < 0) next = long.MaxValue;
        }
        return strides;
    }

    /// <summary>The tensor: a read-only view of the file where its bytes allow it, else a copy.</summary>
    /// <exception cref="FileException">No tensor holds its type or its shape, a value does not fit, or the bytes are damaged.</exception>
    public Tensor Read()
    {
        if (Entry.DType is not { } type)
        {
            throw FileException.Unsupported(_file.Path, $"tensor '{Entry.Name}'", $"its type {Entry.TypeName} is not one that is read: {ElementTypes.ReadNames}",
                "Convert the file to one of these types first.");
        }
        int[] shape = [.. Axes()];
        var (storage, start) = _source.Open();
        var direct = SafetensorsTypes.Held(Entry.TypeName) == type;
        Tensor tensor;
        if (direct && !Swaps && IsRowMajor && (storage.Address + start + _start) % type.Size() == 0) tensor = new(type, shape, storage, start + _start);
        else
        {
            Charge(direct ? Entry.Bytes : Entry.Bytes + _count * type.Size());
            var copy = Copy(storage, start);
            tensor = direct ? new(type, shape, copy) : Widened(copy, type, shape);
        }
        if (type == DType.Bool) RequireBooleans(tensor);
        return tensor;
    }

    /// <summary>The elements one after another, little-endian, as bytes; also of types that <see cref="Read"/> refuses.</summary>
    public byte[] RawBytes()
    {
        var (storage, start) = _source.Open();
        using var copy = Copy(storage, start);
        return new ReadOnlySpan<byte>((void*)copy.Address, checked((int)Entry.Bytes)).ToArray();
    }

    private bool Swaps => _bigEndian && _size > 1;

    private bool IsRowMajor
    {
        get
        {
            var next = 1L;
            for (var axis = _shape.Length - 1; axis >= 0 && _count > 0; axis--)
            {
                if (_shape[axis] != 1 && _strides[axis] != next) return false;
                next *= _shape[axis];
            }
            return true;
        }
    }

    /// <summary>Once for each tensor, however often it is read: who reads it again has let the first copy go.</summary>
    private void Charge(long bytes)
    {
        if (_charged) return;
        _file.Charge(bytes, $"tensor '{Entry.Name}'");
        _charged = true;
    }

    private IEnumerable<int> Axes()
    {
        var rows = 1L;
        foreach (var size in _shape)
        {
            if (rows > int.MaxValue || size > int.MaxValue)
                throw FileException.Unsupported(_file.Path, $"tensor '{Entry.Name}'", $"its shape {Entry.ShapeText} has an axis longer than {int.MaxValue}, or more rows", "Store it in parts.");
            rows *= size;
            yield return (int)size;
        }
    }

    /// <summary>Walks all but the last axis like an odometer and copies one vector of the last at a time.</summary>
    private NativeStorage Copy(Storage storage, long start)
    {
        var copy = new NativeStorage(Entry.Bytes);
        if (_count == 0) return copy;
        var rank = _shape.Length;
        var (columns, step) = rank == 0 ? (1L, 1L) : (_shape[^1], _strides[^1]);
        var from = (byte*)(storage.Address + start + _start);
        var to = (byte*)copy.Address;
        var index = new long[Math.Max(rank - 1, 0)];
        var at = 0L;
        for (var done = 0L; done < _count; done += columns)
        {
            CopyVector(from + at * _size, step * _size, to + done * _size, columns);
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                at += _strides[axis];
                if (++index[axis] < _shape[axis]) break;
                at -= _shape[axis] * _strides[axis];
                index[axis] = 0;
            }
        }
        if (Swaps) Swap(to, _count);
        GC.KeepAlive(storage);
        return copy;
    }

    private void CopyVector(byte* from, long step, byte* to, long count)
    {
        if (step == _size) Buffer.MemoryCopy(from, to, count * _size, count * _size);
        else for (var i = 0L; i < count; i++) Unsafe.CopyBlockUnaligned(to + i * _size, from + i * step, (uint)_size);
    }

    private void Swap(byte* elements, long count)
    {
        for (var i = 0L; i < count; i++)
        {
            switch (_size)
            {
                case 2: ((ushort*)elements)[i] = BinaryPrimitives.ReverseEndianness(((ushort*)elements)[i]); break;
                case 4: ((uint*)elements)[i] = BinaryPrimitives.ReverseEndianness(((uint*)elements)[i]); break;
                default: ((ulong*)elements)[i] = BinaryPrimitives.ReverseEndianness(((ulong*)elements)[i]); break;
            }
        }
    }

    private Tensor Widened(NativeStorage raw, DType type, int[] shape)
    {
        using var _ = raw;
        var wide = Tensor.Zeros(type, shape);
        var from = (byte*)raw.Address;
        for (var i = 0L; i < _count; i++)
        {
            var value = Entry.TypeName switch
            {
                "U8" => from[i],
                "I8" => ((sbyte*)from)[i],
                "U16" => ((ushort*)from)[i],
                "I16" => ((short*)from)[i],
                "U32" => ((uint*)from)[i],
                _ => (long)((ulong*)from)[i] is >= 0 and var signed ? signed
                    : throw FileException.Unsupported(_file.Path, $"tensor '{Entry.Name}'", $"it holds {((ulong*)from)[i]}, expected whole numbers below 2^63", "Store it as signed 64-bit integers."),
            };
            if (type == DType.I32) wide.Pointer<int>()[i] = (int)value;
            else wide.Pointer<long>()[i] = value;
        }
        return wide;
    }

    /// <summary>.NET assumes that a bool is 0 or 1; other bytes would make comparisons lie.</summary>
    private void RequireBooleans(Tensor tensor)
    {
        for (var row = 0; tensor.Count > 0 && row < tensor.RowCount; row++)
        {
            var bytes = MemoryMarshal.AsBytes(tensor.Row<bool>(row));
            var odd = bytes.IndexOfAnyExceptInRange((byte)0, (byte)1);
            if (odd >= 0) throw FileException.Malformed(_file.Path, $"tensor '{Entry.Name}'", $"it is BOOL and holds the byte {bytes[odd]}, expected 0 or 1");
        }
    }
}
