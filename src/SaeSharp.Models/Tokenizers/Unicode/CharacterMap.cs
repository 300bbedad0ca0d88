using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>sentencepiece's precompiled_charsmap: texts and what they are replaced by, in a double array.</summary>
/// <remarks>
/// A size in bytes, that many bytes of 32-bit units, then the replacements, each ended by a zero byte. A unit holds a label (bits 0 to 7 and 31), whether a value
/// follows (bit 8) and the way to its children (bits 10 on, times 256 where bit 9 is set); a value unit has bit 31. Yata et al., darts-clone.
/// </remarks>
internal sealed class CharacterMap
{
    private const uint LabelMask = 1u << 31 | 0xFF;
    private const int LongestRule = 64;   // bytes; sentencepiece's own rules have at most 18

    private readonly uint[] units;
    private readonly byte[] texts;

    private CharacterMap(uint[] units, byte[] texts) => (this.units, this.texts) = (units, texts);

    /// <summary>Reads a map; null with the reason where it is none.</summary>
    public static CharacterMap? TryRead(ReadOnlySpan<byte> blob, out string reason)
    {
        reason = "";
        if (blob.Length <= sizeof(uint)) reason = $"{blob.Length} bytes, expected a size and a character map";
        else if (BinaryPrimitives.ReadUInt32LittleEndian(blob) is var size && size >= blob.Length - sizeof(uint)) reason = $"an index of {size} bytes in {blob.Length} bytes, expected less";
        else if (size < sizeof(uint) || size % sizeof(uint) != 0) reason = $"an index of {size} bytes, expected a positive multiple of 4";
        else if (!Utf8.IsValid(blob[(sizeof(uint) + (int)size)..])) reason = "replacements that are not UTF-8, expected text";
        if (reason.Length > 0) return null;

        var index = blob.Slice(sizeof(uint), (int)BinaryPrimitives.ReadUInt32LittleEndian(blob));
        var units = new uint[index.Length / sizeof(uint)];
        for (var i = 0; i < units.Length; i++) units[i] = BinaryPrimitives.ReadUInt32LittleEndian(index[(i * sizeof(uint))..]);
        return new(units, blob[(sizeof(uint) + index.Length)..].ToArray());
    }

    /// <summary>The replacement of the shortest beginning of <paramref name="text"/> that has one, or null.</summary>
    public string? ReplacementOfShortest(ReadOnlySpan<char> text)
    {
        Search(text, stopAtFirst: true, out var value);
        return value < 0 ? null : TextAt(value);
    }

    /// <summary>The longest beginning of <paramref name="text"/> that has a replacement, in UTF-16 units; 0 where there is none.</summary>
    public int LongestIn(ReadOnlySpan<char> text, out string replacement)
    {
        var length = Search(text, stopAtFirst: false, out var value);
        replacement = value < 0 ? "" : TextAt(value);
        return length;
    }

    private int Search(ReadOnlySpan<char> text, bool stopAtFirst, out int value)
    {
        value = -1;
        var (found, read) = (0, 0);
        Span<byte> bytes = stackalloc byte[4];
        var node = OffsetOf(units[0]);
        while (read < text.Length && read < LongestRule)
        {
            Rune.DecodeFromUtf16(text[read..], out var rune, out var length);
            read += length;
            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
            {
                node ^= b;
                if (node >= (uint)units.Length || b == 0 || (units[node] & LabelMask) != b) return found;
                var unit = units[node];
                node ^= OffsetOf(unit);
                if ((unit >> 8 & 1) == 0) continue;
                if (node >= (uint)units.Length) return found;
                value = (int)(units[node] & ~(1u << 31));
                found = read;
                if (stopAtFirst) return found;
            }
        }
        return found;
    }

    private string TextAt(int start)
    {
        if (start >= texts.Length) return "";
        var rest = texts.AsSpan(start);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static uint OffsetOf(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);
}
