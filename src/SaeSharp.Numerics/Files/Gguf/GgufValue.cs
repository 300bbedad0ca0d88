using System.Text;
using System.Text.Unicode;

namespace SaeSharp.Numerics.Files.Gguf;

/// <summary>One value of a GGUF file's metadata: the closed set of what the format has.</summary>
public abstract record GgufValue
{
    private GgufValue() { }

    /// <summary>A whole number of any of the eight kinds.</summary>
    public sealed record Integer(Int128 Value) : GgufValue;

    /// <summary>A 32- or 64-bit float.</summary>
    public sealed record Number(double Value) : GgufValue;

    /// <summary>true or false.</summary>
    public sealed record Boolean(bool Value) : GgufValue;

    /// <summary>A string.</summary>
    public sealed record Text(string Value) : GgufValue;

    /// <summary>Many values of one kind; they are made when asked for, since tokenizers have hundreds of thousands.</summary>
    public sealed record Array : GgufValue
    {
        private readonly OpenedFile _file;
        private readonly string _key;
        private readonly GgufKind _kind;
        private readonly long _start, _bytes;

        internal Array(OpenedFile file, string key, GgufKind kind, long count, long start, long bytes) => (_file, _key, _kind, Count, _start, _bytes) = (file, key, kind, count, start, bytes);

        /// <summary>How many there are.</summary>
        public long Count { get; }

        /// <summary>The values, one at a time.</summary>
        /// <exception cref="FileException">A string is not UTF-8.</exception>
        public IEnumerable<GgufValue> Items()
        {
            var at = 0L;
            for (var i = 0L; i < Count; i++)
            {
                var (value, next) = One(at);
                at = next;
                yield return value;
            }
        }

        private (GgufValue Value, long Next) One(long at)
        {
            _file.View(); // throws where the file was closed
            var cursor = new ByteCursor(_file.Path, $"'{_key}'", _file.Span(_start + at, _bytes - at));
            var value = Read(ref cursor, _kind);
            return (value, at + cursor.At);
        }
    }

    /// <summary>Reads a value that is no array.</summary>
    internal static GgufValue Read(ref ByteCursor cursor, GgufKind kind) => kind switch
    {
        GgufKind.U8 => new Integer(cursor.Byte("a number")),
        GgufKind.I8 => new Integer((sbyte)cursor.Byte("a number")),
        GgufKind.U16 => new Integer(cursor.UInt16("a number")),
        GgufKind.I16 => new Integer((short)cursor.UInt16("a number")),
        GgufKind.U32 => new Integer(cursor.UInt32("a number")),
        GgufKind.I32 => new Integer(cursor.Int32("a number")),
        GgufKind.U64 => new Integer(cursor.UInt64("a number")),
        GgufKind.I64 => new Integer(cursor.Int64("a number")),
        GgufKind.F32 => new Number(BitConverter.Int32BitsToSingle(cursor.Int32("a number"))),
        GgufKind.F64 => new Number(BitConverter.Int64BitsToDouble(cursor.Int64("a number"))),
        GgufKind.Bool => new Boolean(cursor.Byte("a truth value") is <= 1 and var bit ? bit == 1 : throw cursor.Error("a truth value is neither 0 nor 1")),
        GgufKind.Text => new Text(ReadText(ref cursor, "a string")),
        _ => throw cursor.Error($"its kind is {(int)kind}, expected 0 to 12, and no array within an array"),
    };

    internal static string ReadText(ref ByteCursor cursor, string what)
    {
        var bytes = cursor.Take(cursor.Length($"the length of {what}"), what);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw cursor.Error($"{what} is not UTF-8");
    }
}
