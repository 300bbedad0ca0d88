using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>Reads the fields of a protobuf message one by one; every length is checked against what is there.</summary>
/// <param name="file">What errors call the file.</param>
/// <param name="place">What errors call the message, for example <c>pieces[3]</c>.</param>
/// <param name="bytes">The message.</param>
internal ref struct ProtobufReader(string file, string place, ReadOnlySpan<byte> bytes)
{
    private const int LongestVarint = 10;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position;
    private WireType wire;

    private enum WireType
    {
        Varint = 0,
        Eight = 1,
        Bytes = 2,
        Four = 5,
    }

    /// <summary>The number of the field that has been moved to.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field, whose value must then be read or skipped; false at the end of the message.</summary>
    public bool Next()
    {
        if (position == bytes.Length) return false;
        var key = Varint();
        (Field, wire) = ((int)Math.Min(key >> 3, int.MaxValue), (WireType)(key & 7));
        if (Field == 0 || !Enum.IsDefined(wire)) throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a field key of {key}, expected a field of protobuf"));
        return true;
    }

    public void Skip()
    {
        switch (wire)
        {
            case WireType.Varint: Varint(); break;
            case WireType.Bytes: Bytes(); break;
            default: Take(wire == WireType.Eight ? sizeof(ulong) : sizeof(uint)); break;
        }
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Require(WireType.Bytes);
        var length = Varint();
        return Take(length <= int.MaxValue ? (int)length : int.MaxValue);
    }

    public string Text()
    {
        var text = Bytes();
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Wrong("a text that is not UTF-8");
    }

    public int Integer()
    {
        Require(WireType.Varint);
        return unchecked((int)Varint());
    }

    public bool Flag() => Integer() != 0;

    public float Single()
    {
        Require(WireType.Four);
        var value = BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));
        return float.IsFinite(value) ? value : throw Wrong("a number that is not finite");
    }

    /// <summary>The error that says what stands in the field just read.</summary>
    public readonly FileException Wrong(string reason) =>
        FileException.Malformed(file, place.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"byte {position}") : place, reason);

    private readonly void Require(WireType expected)
    {
        if (wire != expected) throw Wrong(string.Create(CultureInfo.InvariantCulture, $"field {Field} is written as {wire}, expected {expected}"));
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > bytes.Length - position) throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{length} bytes expected, but {bytes.Length - position} are left"));
        var taken = bytes.Slice(position, length);
        position += length;
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var i = 0; i < LongestVarint; i++)
        {
            var b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80) return value;
        }
        throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a number of more than {LongestVarint} bytes"));
    }
}
