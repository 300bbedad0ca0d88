namespace SaeSharp.Numerics.Files.Gguf;

/// <summary>Reads and checks everything before the tensors' bytes.</summary>
/// <param name="Metadata">Keys and values, in the file's order.</param>
/// <param name="Tensors">The tensors, in the order of their bytes; places count from <paramref name="DataStart"/>.</param>
/// <param name="DataStart">First byte of the first tensor.</param>
internal sealed record GgufHeader(OrderedDictionary<string, GgufValue> Metadata, List<TensorEntry> Tensors, long DataStart)
{
    private const string AlignmentKey = "general.alignment";
    private const int DefaultAlignment = 32, MaxAlignment = 1 << 20, MaxAxes = 4, MaxName = 65_535;
    private const int ValueMemory = 320, TensorMemory = 480;

    /// <summary>The header of the file. Nothing is sized by a number it states before the bytes for it are there.</summary>
    public static GgufHeader Read(OpenedFile file)
    {
        var cursor = new ByteCursor(file.Path, "header", file.Start);
        if (!cursor.Take(4, "the magic").SequenceEqual("GGUF"u8)) throw cursor.Error("it does not begin with GGUF");
        var version = cursor.UInt32("the version");
        if (version is not (2 or 3)) throw cursor.Error($"its version is {version}, expected 2 or 3{(version << 16 == 0 ? ": it was written for a big-endian machine" : "")}");
        var (tensors, values) = (cursor.Length("the number of tensors"), cursor.Length("the number of metadata values"));

        var metadata = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal);
        for (var i = 0L; i < values; i++)
        {
            var key = Name(file, ref cursor, "a key", ValueMemory);
            if (!metadata.TryAdd(key, Value(file, ref cursor, key))) throw cursor.Error($"the key '{Printable.Of(key)}' is given twice");
        }
        var alignment = Alignment(ref cursor, metadata);
        var entries = new List<TensorEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0L; i < tensors; i++)
        {
            var entry = Entry(file, ref cursor, alignment);
            if (!names.Add(entry.Name)) throw cursor.Error($"the tensor '{Printable.Of(entry.Name)}' is given twice");
            entries.Add(entry);
        }
        var dataStart = Padded(cursor.At, alignment);
        RequireCover(file, entries, dataStart, alignment);
        return new(metadata, [.. entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.Bytes)], dataStart);
    }

    private static string Name(OpenedFile file, ref ByteCursor cursor, string what, int memory)
    {
        file.Charge(memory, "header");
        var start = cursor.At;
        var name = GgufValue.ReadText(ref cursor, what);
        if (cursor.At - start > MaxName) throw cursor.Error($"{what} has {cursor.At - start - 8} bytes, expected at most {MaxName - 8}");
        file.Charge(2L * name.Length, "header");
        return name;
    }

    private static GgufValue Value(OpenedFile file, ref ByteCursor cursor, string key)
    {
        var kind = (GgufKind)cursor.UInt32("a kind");
        if (kind != GgufKind.Array)
        {
            var before = cursor.At;
            var value = GgufValue.Read(ref cursor, kind);
            file.Charge(2L * (cursor.At - before), "header");
            return value;
        }
        var inner = (GgufKind)cursor.UInt32("a kind");
        var count = cursor.Length("the length of an array");
        var start = cursor.At;
        if (inner == GgufKind.Text)
            for (var i = 0L; i < count; i++) cursor.Take(cursor.Length("the length of a string"), "a string");
        else
        {
            var size = Size(ref cursor, inner);
            if (count > cursor.Left / size) throw cursor.Error($"an array is said to have {count} values of {size} bytes, but {cursor.Left} bytes are left");
            cursor.Take(count * size, "an array");
        }
        return new GgufValue.Array(file, key, inner, count, start, cursor.At - start);
    }

    private static int Size(ref ByteCursor cursor, GgufKind kind) => kind switch
    {
        GgufKind.U8 or GgufKind.I8 or GgufKind.Bool => 1,
        GgufKind.U16 or GgufKind.I16 => 2,
        GgufKind.U32 or GgufKind.I32 or GgufKind.F32 => 4,
        GgufKind.U64 or GgufKind.I64 or GgufKind.F64 => 8,
        _ => throw cursor.Error($"the kind of an array's values is {(uint)kind}, expected 0 to 12, and no array within an array"),
    };

    private static long Alignment(ref ByteCursor cursor, OrderedDictionary<string, GgufValue> metadata)
    {
        if (!metadata.TryGetValue(AlignmentKey, out var value)) return DefaultAlignment;
        if (value is GgufValue.Integer integer && integer.Value >= 1 && integer.Value <= MaxAlignment && Int128.IsPow2(integer.Value)) return (long)integer.Value;
        throw cursor.Error($"{AlignmentKey} is {(value is GgufValue.Integer odd ? odd.Value : value.GetType().Name)}, expected a power of 2 up to {MaxAlignment}");
    }

    private static TensorEntry Entry(OpenedFile file, ref ByteCursor cursor, long alignment)
    {
        var name = Name(file, ref cursor, "a tensor's name", TensorMemory);
        var axes = cursor.UInt32("the number of axes");
        if (axes > MaxAxes) throw cursor.Error($"tensor '{Printable.Of(name)}' has {axes} axes, expected at most {MaxAxes}");
        var shape = new long[axes];
        for (var axis = shape.Length - 1; axis >= 0; axis--) shape[axis] = cursor.Length("a size"); // the file's first axis is the fastest
        var number = cursor.UInt32("a type");
        if (GgufTypes.Of((int)Math.Min(number, int.MaxValue)) is not { } type) throw cursor.Error($"tensor '{Printable.Of(name)}' is of type {number}, which is none of those that are read: {GgufTypes.Names}");
        var columns = shape.Length == 0 ? 1 : shape[^1];
        if (columns % type.BlockSize != 0) throw cursor.Error($"tensor '{Printable.Of(name)}' has rows of {columns} elements, expected a multiple of {type.BlockSize} for {type.Name}");
        var bytes = (long)type.BlockBytes;
        foreach (var size in shape)
        {
            if (size != 0 && bytes > long.MaxValue / size) throw cursor.Error($"tensor '{Printable.Of(name)}' of shape [{string.Join(", ", shape)}] overflows 64 bits");
            bytes *= size;
        }
        var start = cursor.Length("a place");
        if (start % alignment != 0) throw cursor.Error($"tensor '{Printable.Of(name)}' starts at byte {start} of the data, expected a multiple of {alignment}");
        return new(name, type.Name, shape, start, bytes / type.BlockSize) { DType = type.Read };
    }

    private static void RequireCover(OpenedFile file, List<TensorEntry> entries, long dataStart, long alignment)
    {
        var (next, dataBytes) = (0L, file.Bytes - dataStart);
        foreach (var entry in entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.Bytes))
        {
            var where = $"tensor '{Printable.Of(entry.Name)}'";
            if (entry.Start != next) throw FileException.Malformed(file.Path, where, $"it starts at byte {entry.Start} of the data, expected {next}: tensors lie one after another");
            if (entry.Bytes > dataBytes - next) throw FileException.Malformed(file.Path, where, $"its {entry.Bytes} bytes reach past the data, which has {dataBytes}");
            next = Padded(next + entry.Bytes, alignment);
        }
        if (dataBytes > next) throw FileException.Malformed(file.Path, "data", $"it has {dataBytes} bytes, of which the tensors take {next}");
    }

    private static long Padded(long bytes, long alignment) => (bytes + alignment - 1) / alignment * alignment;
}
