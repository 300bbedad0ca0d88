using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using SaeSharp.Models.Tokenizers.Decoders;
using SaeSharp.Models.Tokenizers.PostProcessors;
using SaeSharp.Models.Tokenizers.SentencePiece;

namespace SaeSharp.Models.Tokenizers.Llama2c;

/// <summary>The tokenizer.bin of karpathy/llama2.c: the length of its longest token, then of each token a score, its length and its bytes.</summary>
/// <remarks>
/// As in its program, ids 0 to 2 are the unknown token and those that begin and end a text, 3 to 258 the bytes; a text begins with id 1 and, unless it is empty, a space. Neighbours
/// whose texts together are a token merge, the best score first. A space is a space here, not ▁. The program tells no control token from its spelling, and so no text has one.
/// </remarks>
internal static class Llama2cTokenizer
{
    public const string Ending = ".bin";

    private const string Name = "tokenizer.bin", OtherNames = "tok*.bin";
    private const int Begin = 1, End = 2, FirstByte = 3, LastByte = 258, HeaderBytes = 8, MostBytes = 16 << 20;
    private const float Worst = -1e10f; // the program merges nothing of this score or less

    /// <summary>The tokenizer of a model file: tokenizer.bin beside it, or else the only tok*.bin; null where there is none.</summary>
    /// <exception cref="FileException">There are several to choose from.</exception>
    public static string? Beside(string model)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        var path = Path.Combine(folder, Name);
        if (File.Exists(path)) return path;
        string[] others = [.. Directory.EnumerateFiles(folder, OtherNames).Where(file => Path.GetFullPath(file) != Path.GetFullPath(model)).Order(StringComparer.Ordinal)];
        return others.Length <= 1 ? others.FirstOrDefault() : throw FileException.Unsupported(
            folder, "tokenizer", $"{string.Join(", ", others.Select(Path.GetFileName))} lie beside {Path.GetFileName(model)}, expected one", $"Copy the one that belongs to it to {Name}.");
    }

    public static TokenizerFile Read(string path)
    {
        var model = ModelFile.Bpe(path, Pieces(path, ReadTokens(path)), addsSpace: true, removesSpaces: false, escapesSpaces: false);
        var pieces = new PieceVocabulary(model);
        var (begin, end) = (pieces.TextOf(Begin)!, pieces.TextOf(End)!);
        var before = new TemplatePostProcessor.Part.Special([(Begin, begin)], 0);
        return new(
            new PieceBpe(pieces),
            [],
            new PieceNormalizer(model, pieces.UserDefined),
            PreTokenizer: null,
            new TemplatePostProcessor([before, new TemplatePostProcessor.Part.Sequence(0, 0)], [before, new TemplatePostProcessor.Part.Sequence(0, 0), before, new TemplatePostProcessor.Part.Sequence(1, 1)]),
            new SequenceDecoder([new ReplaceDecoder(begin, ""), new ReplaceDecoder(end, ""), new ByteFallbackDecoder(), new FuseDecoder(), new StripDecoder(new Rune(' '), 1, 0)]))
        {
            Bos = begin,
            Eos = end,
        };
    }

    /// <summary>The tokens with what each is for. What no text can be merged to counts as a control piece.</summary>
    private static IEnumerable<(string, float, PieceKind)> Pieces(string path, List<(string Text, float Score)> tokens)
    {
        if (tokens.Count <= LastByte) throw FileException.Malformed(path, "content", $"it has {tokens.Count} tokens, expected at least {LastByte + 1}: the unknown token, two ends and all bytes");
        var characters = tokens.Skip(LastByte + 1).Where(token => IsCharacter(token.Text)).Select(token => token.Text).ToHashSet(StringComparer.Ordinal);
        return tokens.Select((token, id) => (token.Text, token.Score, id switch
        {
            0 => PieceKind.Unknown,
            Begin or End => PieceKind.Control,
            >= FirstByte and <= LastByte => PieceKind.Byte,
            _ when IsCharacter(token.Text) || (token.Score > Worst && token.Text.EnumerateRunes().All(rune => characters.Contains(rune.ToString()))) => PieceKind.Normal,
            _ => PieceKind.Control,
        }));
    }

    private static bool IsCharacter(string text) => text.EnumerateRunes().Take(2).Count() == 1;

    private static List<(string Text, float Score)> ReadTokens(string path)
    {
        var bytes = ReadBytes(path).AsSpan();
        var tokens = new List<(string, float)>();
        for (var at = sizeof(int); at < bytes.Length;)
        {
            var where = $"token {tokens.Count}";
            if (bytes.Length - at < HeaderBytes) throw FileException.Malformed(path, where, $"{bytes.Length - at} bytes are left, expected a score and a length");
            var (score, length) = (BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + sizeof(float))..]));
            at += HeaderBytes;
            if (!float.IsFinite(score)) throw FileException.Malformed(path, where, $"its score is {score}, expected a finite number");
            if (length <= 0 || length > bytes.Length - at) throw FileException.Malformed(path, where, $"its length is {length}, expected 1 to the {bytes.Length - at} bytes that are left");
            var text = bytes.Slice(at, length);
            if (!Utf8.IsValid(text)) throw FileException.Malformed(path, where, "it is not UTF-8");
            tokens.Add((Encoding.UTF8.GetString(text), score));
            at += length;
        }
        return tokens;
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            if (new FileInfo(path).Length is var size and > MostBytes) throw FileException.Malformed(path, "size", $"the file has {size} bytes, expected at most {MostBytes}");
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }
}
