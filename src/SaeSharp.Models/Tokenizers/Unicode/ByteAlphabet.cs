namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>The printable character that stands for each byte in byte-level vocabularies (GPT-2): itself where it prints, else the next free one from U+0100.</summary>
internal static class ByteAlphabet
{
    private const int None = -1;
    private static readonly char[] Characters = Assign();
    private static readonly short[] Bytes = Invert(Characters);

    public static char Of(byte value) => Characters[value];

    /// <summary>The byte that <paramref name="character"/> stands for, or -1.</summary>
    public static int ByteOf(char character) => character < Bytes.Length ? Bytes[character] : None;

    private static char[] Assign()
    {
        var next = 0x100;
        return [.. Enumerable.Range(0, 256).Select(b => (char)(b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? b : next++))];
    }

    private static short[] Invert(char[] characters)
    {
        var bytes = new short[characters.Max() + 1];
        Array.Fill(bytes, (short)None);
        for (var b = 0; b < characters.Length; b++) bytes[characters[b]] = (short)b;
        return bytes;
    }
}
