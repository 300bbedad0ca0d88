using System.Buffers.Binary;

namespace SaeSharp.Testing;

/// <summary>Damages any bytes, the same way for the same random numbers: half of the time near the start or the end, where headers and directories are.</summary>
internal sealed class Mutator(Random random)
{
    private const int Span = 256;
    private static readonly ulong[] Lengths =
        [0, 1, 2, 7, 8, 255, 256, 65_535, 65_536, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFF, 1UL << 32, 100_000_001, 1UL << 53, 1UL << 62, (1UL << 63) - 1, 1UL << 63, ulong.MaxValue - 7, ulong.MaxValue];
    private static readonly string[] Numbers = ["-1", "0", "1", "3", "2147483647", "2147483648", "4294967296", "9223372036854775807", "18446744073709551616", "1.5", "1e308", "x", ""];
    private static readonly byte[][] Odd = [[0], [0xFF, 0xFE], [0x80], [.. Enumerable.Repeat((byte)'(', 1_000)], [.. Enumerable.Repeat((byte)']', 1_000)], [.. Enumerable.Repeat((byte)'{', 100)], [.. "../"u8], [.. "PK\u0005\u0006"u8]];

    /// <summary>One damaged copy.</summary>
    public byte[] Damage(byte[] file) => random.Next(8) switch
    {
        0 or 1 => FlippedBits(file),
        2 => file[..Place(file)],
        3 => [.. file, .. random.Next(2) == 0 ? Pick(Odd) : file[..Math.Min(100, file.Length)]],
        4 => Replaced(file, random.Next(1, 64), []),
        5 => Replaced(file, random.Next(2) == 0 ? 0 : random.Next(1, 32), random.Next(3) == 0 ? file[..Math.Min(64, file.Length)] : Pick(Odd)),
        6 => OddNumber(file),
        _ => OddLength(file),
    };

    private byte[] FlippedBits(byte[] file)
    {
        byte[] copy = [.. file];
        for (var i = random.Next(1, 8); i > 0 && copy.Length > 0; i--) copy[Place(copy)] ^= (byte)(1 << random.Next(8));
        return copy;
    }

    private byte[] Replaced(byte[] file, int count, byte[] by)
    {
        var at = Place(file);
        return [.. file[..at], .. by, .. file[Math.Min(at + count, file.Length)..]];
    }

    private byte[] OddLength(byte[] file)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Pick(Lengths));
        var size = Pick([2, 4, 8]);
        return Replaced(file, size, bytes[..size]);
    }

    /// <summary>A run of digits in the file's text becomes an awkward number.</summary>
    private byte[] OddNumber(byte[] file)
    {
        var digits = Enumerable.Range(0, file.Length).Where(i => char.IsAsciiDigit((char)file[i])).ToArray();
        if (digits.Length == 0) return FlippedBits(file);
        var (start, end) = (Pick(digits), 0);
        for (end = start; end < file.Length && char.IsAsciiDigit((char)file[end]); end++) { }
        return [.. file[..start], .. System.Text.Encoding.ASCII.GetBytes(Pick(Numbers)), .. file[end..]];
    }

    private int Place(byte[] file) => file.Length == 0 ? 0 : random.Next(4) switch
    {
        0 => random.Next(Math.Min(file.Length, Span)),
        1 => file.Length - 1 - random.Next(Math.Min(file.Length, Span)),
        _ => random.Next(file.Length),
    };

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
