using System.Buffers.Binary;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Makes damaged and hostile variants of one small sound file, the same ones for the same random numbers.</summary>
internal sealed class SafetensorsMutator
{
    private static readonly string[] Types = ["F32", "F64", "BF16", "F16", "I32", "I64", "BOOL", "U8", "F8_E4M3", "F4", "F6_E2M3", "f32", "", "F33"];
    private static readonly string[] Numbers =
        ["0", "1", "-1", "2147483647", "2147483648", "4294967296", "65536", "9223372036854775807", "9223372036854775808", "18446744073709551615", "1e3", "3.5", "null", "\"4\"", "[]"];
    private static readonly ulong[] Lengths = [0, 1, 2, 7, 8, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFF, 100_000_000, 100_000_001, 1UL << 63, ulong.MaxValue];

    private readonly Random _random;
    private readonly Func<byte[]>[] _mutations;

    public SafetensorsMutator(Random random)
    {
        _random = random;
        _mutations = [FlippedBits, Truncated, OddLength, LengthNearby, Inserted, Deleted, Trailing, Moved, Repeated, OddType, OddNumber, OddShape, OddText, Harmless];
    }

    public byte[] Next() => _mutations[_random.Next(_mutations.Length)]();

    private static List<Row> Sound() =>
    [
        new("a.weight", "F32", "[2,3]", 0, 24),
        new("b", "I64", "[1]", 24, 32),
        new("mask", "BOOL", "[4]", 32, 36),
        new("empty", "F16", "[0,7]", 36, 36),
        new("h", "BF16", "[2]", 36, 40),
    ];

    private static byte[] File(List<Row> rows, int data = 40, string before = "", string after = "")
    {
        var header = $$"""{"__metadata__":{"format":"pt"},{{before}}{{string.Join(',', rows.Select(row => row.Json))}}{{after}}}""";
        return RawSafetensors.File(header.PadRight((header.Length + 7) / 8 * 8), data);
    }

    private byte[] FlippedBits()
    {
        var file = File(Sound());
        for (var i = _random.Next(1, 4); i > 0; i--) file[_random.Next(file.Length)] ^= (byte)(1 << _random.Next(8));
        return file;
    }

    private byte[] Truncated()
    {
        var file = File(Sound());
        return file[.._random.Next(file.Length)];
    }

    private byte[] OddLength()
    {
        var file = File(Sound());
        BinaryPrimitives.WriteUInt64LittleEndian(file, Pick(Lengths));
        return file;
    }

    private byte[] LengthNearby()
    {
        var file = File(Sound());
        BinaryPrimitives.WriteInt64LittleEndian(file, BinaryPrimitives.ReadInt64LittleEndian(file) + _random.Next(-9, 10));
        return file;
    }

    private byte[] Inserted()
    {
        var file = File(Sound());
        var at = _random.Next(file.Length);
        return [.. file[..at], (byte)_random.Next(256), .. file[at..]];
    }

    private byte[] Deleted()
    {
        var file = File(Sound());
        var at = _random.Next(file.Length);
        return [.. file[..at], .. file[(at + 1)..]];
    }

    private byte[] Trailing() => [.. File(Sound()), .. new byte[_random.Next(1, 20)]];

    /// <summary>Overlaps, holes, ranges past the end and before the start.</summary>
    private byte[] Moved()
    {
        var rows = Sound();
        var i = _random.Next(rows.Count);
        var (begin, end) = (_random.Next(-8, 9), _random.Next(-8, 9));
        rows[i] = _random.Next(2) == 0 ? rows[i] with { Begin = rows[i].Begin + begin, End = rows[i].End + begin } : rows[i] with { Begin = rows[i].Begin + begin, End = rows[i].End + end };
        return File(rows, 40 + _random.Next(-2, 3) * 4);
    }

    private byte[] Repeated()
    {
        var rows = Sound();
        var row = Pick([.. rows]);
        return _random.Next(3) switch
        {
            0 => File([.. rows, row]),
            1 => File([.. rows, row with { Name = "again" }]),
            _ => File(rows, before: "\"__metadata__\":{},"),
        };
    }

    private byte[] OddType() => Changed(row => row with { Type = Pick(Types) });

    private byte[] OddShape() => Changed(row => row with { Shape = $"[{string.Join(',', Enumerable.Range(0, _random.Next(6)).Select(_ => Pick(Numbers)))}]" });

    /// <summary>One number of the header replaced by one at an edge, or by no number at all.</summary>
    private byte[] OddNumber()
    {
        var text = string.Join(',', Sound().Select(row => row.Json));
        var digits = Enumerable.Range(0, text.Length).Where(i => char.IsDigit(text[i]) && text[i - 1] is '[' or ',').ToArray();
        var start = Pick(digits);
        var end = start;
        while (char.IsDigit(text[end])) end++;
        return RawSafetensors.File($"{{{text[..start]}{Pick(Numbers)}{text[end..]}}}", 40);
    }

    /// <summary>Odd JSON beside sound rows: unknown fields, wrong kinds, depth, half surrogates, comments.</summary>
    private byte[] OddText()
    {
        string[] odd =
        [
            "\"x\":null", "\"x\":{}", "\"x\":[]", "\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[40,40]}", "\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[40,40],\"y\":0}",
            $"\"x\":{new string('[', 100)}{new string(']', 100)}", "/* */", "", ",", "\"x\"", "\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[40,40]}", "\"x\":\0",
        ];
        return File(Sound(), before: _random.Next(2) == 0 ? $"{Pick(odd)}," : "", after: $",{Pick(odd)}");
    }

    /// <summary>Changes that keep the format: another order, other names, an empty tensor more. They must load.</summary>
    private byte[] Harmless()
    {
        Row[] rows = [.. Sound(), new($"n{_random.Next()}", Pick(Types[..6]), "[0]", 40, 40)];
        _random.Shuffle(rows);
        return File([.. rows]);
    }

    private byte[] Changed(Func<Row, Row> change)
    {
        var rows = Sound();
        var i = _random.Next(rows.Count);
        rows[i] = change(rows[i]);
        return File(rows);
    }

    private T Pick<T>(T[] items) => items[_random.Next(items.Length)];

    private sealed record Row(string Name, string Type, string Shape, long Begin, long End)
    {
        public string Json => RawSafetensors.Tensor(Name, Type, Shape, Begin, End);
    }
}
