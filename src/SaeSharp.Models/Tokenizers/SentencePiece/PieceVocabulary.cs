using System.Globalization;
using System.Text;
using SaeSharp.Models.Tokenizers.Models;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>The pieces of a sentencepiece model, and how what they spell becomes tokens.</summary>
internal sealed class PieceVocabulary
{
    private readonly ModelFile file;
    private readonly Dictionary<string, int> inText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> reserved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> inTextBySpan;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> reservedBySpan;
    private readonly int[]? byteIds;

    public PieceVocabulary(ModelFile file)
    {
        this.file = file;
        UnknownId = -1;
        for (var id = 0; id < file.Pieces.Count; id++) Add(id, file.Pieces[id].Text, file.Pieces[id].Kind);
        if (UnknownId < 0) throw file.Wrong("pieces", $"none of {file.Pieces.Count} stands for unknown text, expected one");
        inTextBySpan = inText.GetAlternateLookup<ReadOnlySpan<char>>();
        reservedBySpan = reserved.GetAlternateLookup<ReadOnlySpan<char>>();
        if (file.ByteFallback) byteIds = [.. Enumerable.Range(0, 256).Select(b => ByteId((byte)b))];
        UserDefined = new(inText.Where(piece => KindOf(piece.Value) == PieceKind.UserDefined).Select(piece => (piece.Key, piece.Value)));
    }

    public int Count => file.Pieces.Count;

    public int UnknownId { get; private set; }

    /// <summary>The pieces that are found in a text before anything else.</summary>
    public TokenTrie UserDefined { get; }

    public PieceKind KindOf(int id) => file.Pieces[id].Kind;

    public float ScoreOf(int id) => file.Pieces[id].Score;

    public string? TextOf(int id) => id >= 0 && id < Count ? file.Pieces[id].Text : null;

    /// <summary>The id of a piece of any kind.</summary>
    public int? IdOf(ReadOnlySpan<char> piece) => reservedBySpan.TryGetValue(piece, out var id) || inTextBySpan.TryGetValue(piece, out id) ? id : null;

    /// <summary>The id of a piece that text can be merged to, or -1.</summary>
    public int MergedId(ReadOnlySpan<char> piece) => inTextBySpan.TryGetValue(piece, out var id) ? id : -1;

    /// <summary>The byte that a piece stands for, or -1.</summary>
    public int ByteOf(string piece) => reserved.TryGetValue(piece, out var id) && KindOf(id) == PieceKind.Byte ? ByteIn(piece) : -1;

    /// <summary>Adds a piece of a text: its token, or the bytes of what no piece spells; neighbouring unknown tokens become one.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where the piece begins there.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="id">Its id.</param>
    /// <param name="tokens">All tokens of the text so far.</param>
    /// <param name="first">How many of them belong to other texts.</param>
    public void Emit(ReadOnlySpan<char> text, int start, int end, int id, List<ModelToken> tokens, int first)
    {
        if (id != UnknownId) tokens.Add(new(id, start, end));
        else if (byteIds is not null) EmitBytes(text[start..end], start, tokens);
        else if (tokens.Count > first && tokens[^1].Id == UnknownId) tokens[^1] = tokens[^1] with { End = end };
        else tokens.Add(new(id, start, end, IsSurface: true));
    }

    private void EmitBytes(ReadOnlySpan<char> text, int start, List<ModelToken> tokens)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0, length; i < text.Length; i += length)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out length);
            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)]) tokens.Add(new(byteIds![b], start + i, start + i + length));
        }
    }

    private void Add(int id, string text, PieceKind kind)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"pieces[{id}]");
        var isInText = kind is PieceKind.Normal or PieceKind.UserDefined or PieceKind.Unused;
        if (!(isInText ? inText : reserved).TryAdd(text, id)) throw file.Wrong(place, $"'{text}' stands there a second time, expected it once");
        if (kind == PieceKind.Unknown)
        {
            if (UnknownId >= 0) throw file.Wrong(place, $"'{text}' is a second piece for unknown text, expected one");
            UnknownId = id;
        }
        if (kind != PieceKind.Byte) return;
        if (!file.ByteFallback) throw file.Wrong(place, $"'{text}' stands for a byte, expected none without trainer_spec.byte_fallback");
        if (ByteIn(text) < 0) throw file.Wrong(place, $"'{text}' stands for a byte, expected <0x00> to <0xFF>");
    }

    private int ByteId(byte value)
    {
        var piece = string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");
        return reserved.TryGetValue(piece, out var id) && KindOf(id) == PieceKind.Byte ? id : throw file.Wrong("pieces", $"no piece for the byte {piece}, expected one because of trainer_spec.byte_fallback");
    }

    private static int ByteIn(string piece) =>
        piece is ['<', '0', 'x', _, _, '>'] && !piece.AsSpan(3, 2).ContainsAnyInRange('a', 'f') && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : -1;
}
