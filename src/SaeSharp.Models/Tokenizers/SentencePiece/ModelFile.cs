using System.Globalization;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>A sentencepiece model as its file describes it (sentencepiece_model.proto); what is of no use to encode or decode is passed over.</summary>
internal sealed class ModelFile
{
    private const long MaxFileBytes = 256L << 20;   // the largest in use, of 262,144 pieces, has 4 MB

    private readonly string file;
    private bool hasDenormalizer;

    private ModelFile(string file) => this.file = file;

    internal enum Algorithm
    {
        Unigram = 1,
        Bpe = 2,
        Word = 3,
        Character = 4,
    }

    public List<(string Text, float Score, PieceKind Kind)> Pieces { get; } = [];

    public Algorithm ModelType { get; private set; } = Algorithm.Unigram;

    public bool ByteFallback { get; private set; }

    public string UnknownSurface { get; private set; } = " \u2047 ";

    /// <summary>The ids of the tokens that begin and end a text; -1 for none.</summary>
    public (int Bos, int Eos) Ends { get; private set; } = (1, 2);

    public CharacterMap? Map { get; private set; }

    /// <summary>Puts a space in front of every text, so that its first word is like any other.</summary>
    public bool AddsSpace { get; private set; } = true;

    /// <summary>That space goes behind the text.</summary>
    public bool SpaceIsSuffix { get; private set; }

    /// <summary>Takes spaces off both ends and makes one of several.</summary>
    public bool RemovesSpaces { get; private set; } = true;

    /// <summary>Writes a space as ▁.</summary>
    public bool EscapesSpaces { get; private set; } = true;

    /// <summary>A BPE that another kind of file describes.</summary>
    public static ModelFile Bpe(string file, IEnumerable<(string Text, float Score, PieceKind Kind)> pieces, bool addsSpace, bool removesSpaces, bool escapesSpaces)
    {
        var model = new ModelFile(file) { ModelType = Algorithm.Bpe, AddsSpace = addsSpace, RemovesSpaces = removesSpaces, EscapesSpaces = escapesSpaces };
        foreach (var piece in pieces)
        {
            if (piece.Text.Length == 0) throw model.Wrong($"token {model.Pieces.Count}", "it is empty, expected a text");
            model.Pieces.Add(piece);
            model.ByteFallback |= piece.Kind == PieceKind.Byte;
        }
        return model;
    }

    public static ModelFile Read(string file)
    {
        try
        {
            var length = new FileInfo(file).Length;
            if (length > MaxFileBytes) throw FileException.Malformed(file, "size", $"the file has {length} bytes, expected at most {MaxFileBytes}");
            return Parse(file, File.ReadAllBytes(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(file, error);
        }
    }

    public static ModelFile Parse(string file, ReadOnlySpan<byte> bytes)
    {
        var model = new ModelFile(file);
        var reader = new ProtobufReader(file, "", bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: model.ReadPiece(reader.Bytes()); break;
                case 2: model.ReadTrainer(reader.Bytes()); break;
                case 3: model.ReadNormalizer(reader.Bytes()); break;
                case 5: model.ReadDenormalizer(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }
        if (model.ModelType is not (Algorithm.Unigram or Algorithm.Bpe)) throw FileException.Unsupported(file, "trainer_spec.model_type", $"{model.ModelType}, expected Unigram or Bpe", "Tokenizers of this kind cannot be read yet.");
        if (model.hasDenormalizer) throw FileException.Unsupported(file, "denormalizer_spec", "it has a character map, which cannot be used yet", "Decoding would not give the library's text.");
        return model;
    }

    /// <summary>The error that names a field of this file.</summary>
    public FileException Wrong(string field, string reason) => FileException.Malformed(file, field, reason);

    private void ReadPiece(ReadOnlySpan<byte> bytes)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"pieces[{Pieces.Count}]");
        var reader = new ProtobufReader(file, place, bytes);
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: text = reader.Text(); break;
                case 2: score = reader.Single(); break;
                case 3: kind = (PieceKind)reader.Integer(); break;
                default: reader.Skip(); break;
            }
        }
        if (text.Length == 0) throw reader.Wrong("an empty piece, expected a text");
        if (!Enum.IsDefined(kind)) throw reader.Wrong(string.Create(CultureInfo.InvariantCulture, $"'{text}' is of type {(int)kind}, expected 1 to 6"));
        Pieces.Add((text, score, kind));
    }

    private void ReadTrainer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(file, "trainer_spec", bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3: ModelType = (Algorithm)reader.Integer(); break;
                case 24: SpaceIsSuffix = reader.Flag(); break;
                case 35: ByteFallback = reader.Flag(); break;
                case 41: Ends = (reader.Integer(), Ends.Eos); break;
                case 42: Ends = (Ends.Bos, reader.Integer()); break;
                case 44: UnknownSurface = reader.Text(); break;
                default: reader.Skip(); break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(file, "normalizer_spec", bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: Map = ReadMap("normalizer_spec.precompiled_charsmap", reader.Bytes()); break;
                case 3: AddsSpace = reader.Flag(); break;
                case 4: RemovesSpaces = reader.Flag(); break;
                case 5: EscapesSpaces = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }
    }

    private void ReadDenormalizer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(file, "denormalizer_spec", bytes);
        while (reader.Next())
        {
            if (reader.Field == 2) hasDenormalizer = reader.Bytes().Length > 0;
            else reader.Skip();
        }
    }

    private CharacterMap? ReadMap(string field, ReadOnlySpan<byte> blob) =>
        blob.IsEmpty ? null : CharacterMap.TryRead(blob, out var reason) ?? throw Wrong(field, reason);
}
