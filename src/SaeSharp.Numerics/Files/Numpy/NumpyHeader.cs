using System.Text;
using System.Text.Unicode;

namespace SaeSharp.Numerics.Files.Numpy;

/// <summary>The header of a NumPy array: magic, version, and a Python dict of three keys in text, which is parsed and never evaluated.</summary>
internal static class NumpyHeader
{
    /// <summary>NumPy refuses longer headers too.</summary>
    private const int MaxText = 10_000;

    /// <summary>Most bytes before the first element.</summary>
    public const int MaxBytes = MaxText + 12;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Element types by NumPy's kind and size.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["f2"] = "F16",
        ["f4"] = "F32",
        ["f8"] = "F64",
        ["i1"] = "I8",
        ["i2"] = "I16",
        ["i4"] = "I32",
        ["i8"] = "I64",
        ["u1"] = "U8",
        ["u2"] = "U16",
        ["u4"] = "U32",
        ["u8"] = "U64",
        ["b1"] = "BOOL",
    };

    /// <summary>The array that <paramref name="source"/> holds; <paramref name="start"/> is its first bytes.</summary>
    public static StoredTensor Read(OpenedFile file, string name, ByteSource source, ReadOnlySpan<byte> start)
    {
        var part = name.Length == 0 ? "header" : $"array '{Printable.Of(name)}', header";
        var cursor = new ByteCursor(file.Path, part, start);
        if (!cursor.Take(Magic.Length, "the magic").SequenceEqual(Magic)) throw cursor.Error("it does not begin like a NumPy array");
        var (major, minor) = (cursor.Byte("the version"), cursor.Byte("the version"));
        if (major is < 1 or > 3 || minor != 0) throw cursor.Error($"its version is {major}.{minor}, expected 1.0, 2.0 or 3.0");
        var length = major == 1 ? cursor.UInt16("the header's length") : cursor.UInt32("the header's length");
        if (length > MaxText) throw cursor.Error($"its header has {length} bytes, expected at most {MaxText}");
        var bytes = cursor.Take(length, "the header");
        if (major == 3 && !Utf8.IsValid(bytes)) throw cursor.Error("its header is not UTF-8");
        var fields = NumpyDictionary.Parse(file.Path, part, major == 3 ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes));

        var (type, isBigEndian) = Type(file, part, fields.Type);
        var strides = fields.IsFortran ? ColumnMajor(fields.Shape) : StoredTensor.RowMajor(fields.Shape);
        var data = new ByteSource(source.Bytes - cursor.At, At(source, cursor.At));
        var array = StoredTensor.Within(file, data, name, type, fields.Shape, strides, bigEndian: isBigEndian);
        if (array.Entry.Bytes != data.Bytes) throw cursor.Error($"{array.Entry.ShapeText} of {type} takes {array.Entry.Bytes} bytes, but {data.Bytes} follow");
        return array;
    }

    private static Func<(Storage, long)> At(ByteSource source, long offset) => () =>
    {
        var (storage, start) = source.Open();
        return (storage, start + offset);
    };

    private static (string Type, bool IsBigEndian) Type(OpenedFile file, string part, string descr)
    {
        if (descr.Length == 3 && descr[0] is ('<' or '>' or '|') && Types.TryGetValue(descr[1..], out var type) && (descr[0] != '|' || descr[2] == '1'))
            return (type, descr[0] == '>');
        throw FileException.Unsupported(file.Path, part, $"its elements are '{Printable.Of(descr)}', expected numbers or truth values: {string.Join(", ", Types.Keys)} in either byte order",
            "Save the array as one of these types; objects, texts, dates and records are not read.");
    }

    private static long[] ColumnMajor(long[] shape)
    {
        long[] reversed = [.. shape.Reverse()];
        return [.. StoredTensor.RowMajor(reversed).Reverse()];
    }
}
