using System.Buffers.Binary;

namespace SaeSharp.Numerics.Files.Gguf;

/// <summary>The quantised formats of ggml: how the bytes of a block become numbers.</summary>
/// <remarks>
/// Blocks of 32: a scale d (f16), in the _1 kinds a minimum m (f16), then the quants q; the value is d·q + m, or d·(q − middle). Four-bit quants come in
/// halves: the low nibbles are the first 16 values, the high ones the last 16. Blocks of 256 (the K kinds) have 8 or 16 parts with scales of their own.
/// </remarks>
internal static class GgufBlocks
{
    private const int Block = 32;

    public static void Q8_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = Half16(block);
        for (var i = 0; i < Block; i++) values[i] = d * (sbyte)block[2 + i];
    }

    public static void Q4_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = Half16(block);
        for (var i = 0; i < Block; i++) values[i] = d * (Nibble(block[2..], i) - 8);
    }

    public static void Q4_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (d, m) = (Half16(block), Half16(block[2..]));
        for (var i = 0; i < Block; i++) values[i] = d * Nibble(block[4..], i) + m;
    }

    public static void Q5_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = Half16(block);
        var high = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        for (var i = 0; i < Block; i++) values[i] = d * ((Nibble(block[6..], i) | FifthBit(high, i)) - 16);
    }

    public static void Q5_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (d, m) = (Half16(block), Half16(block[2..]));
        var high = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        for (var i = 0; i < Block; i++) values[i] = d * (Nibble(block[8..], i) | FifthBit(high, i)) + m;
    }

    /// <summary>d, dmin, 12 bytes of 6-bit scales and minima, then nibbles: each 32 bytes hold two parts, the low nibbles first.</summary>
    public static void Q4_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (d, dmin) = (Half16(block), Half16(block[2..]));
        for (var part = 0; part < 8; part++)
        {
            var (scale, minimum) = SixBits(block[4..], part);
            var (dl, ml) = (d * scale, dmin * minimum);
            var quants = block.Slice(16 + part / 2 * Block, Block);
            for (var i = 0; i < Block; i++) values[part * Block + i] = dl * (part % 2 == 0 ? quants[i] & 15 : quants[i] >> 4) - ml;
        }
    }

    /// <summary>As <see cref="Q4_K"/>, with a fifth bit for each value: bit p of byte i belongs to part p.</summary>
    public static void Q5_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (d, dmin) = (Half16(block), Half16(block[2..]));
        var high = block.Slice(16, Block);
        for (var part = 0; part < 8; part++)
        {
            var (scale, minimum) = SixBits(block[4..], part);
            var (dl, ml) = (d * scale, dmin * minimum);
            var quants = block.Slice(48 + part / 2 * Block, Block);
            for (var i = 0; i < Block; i++)
            {
                var low = part % 2 == 0 ? quants[i] & 15 : quants[i] >> 4;
                values[part * Block + i] = dl * (low | (high[i] >> part & 1) << 4) - ml;
            }
        }
    }

    /// <summary>128 bytes of low nibbles, 64 bytes of high pairs of bits, 16 signed scales, d. Each half of 128 values is four runs of 32.</summary>
    public static void Q6_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = Half16(block[208..]);
        for (var half = 0; half < 2; half++)
        {
            var low = block.Slice(half * 64, 64);
            var high = block.Slice(128 + half * Block, Block);
            var scales = block.Slice(192 + half * 8, 8);
            for (var run = 0; run < 4; run++)
            {
                for (var i = 0; i < Block; i++)
                {
                    var packed = low[run % 2 * Block + i];
                    var q = (run < 2 ? packed & 15 : packed >> 4) | (high[i] >> 2 * run & 3) << 4;
                    values[half * 128 + run * Block + i] = d * (sbyte)scales[run * 2 + i / 16] * (q - 32);
                }
            }
        }
    }

    /// <summary>Scale and minimum of a part: six bits each, the last four parts' top bits kept in the spare bits of the first eight bytes.</summary>
    private static (int Scale, int Minimum) SixBits(ReadOnlySpan<byte> scales, int part) => part < 4
        ? (scales[part] & 63, scales[part + 4] & 63)
        : (scales[part + 4] & 15 | scales[part - 4] >> 6 << 4, scales[part + 4] >> 4 | scales[part] >> 6 << 4);

    private static int Nibble(ReadOnlySpan<byte> quants, int i) => i < 16 ? quants[i] & 15 : quants[i - 16] >> 4;

    private static int FifthBit(uint high, int i) => (int)(high >> i & 1) << 4;

    private static float Half16(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);
}
