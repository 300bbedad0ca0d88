using SaeSharp.Models.Checkpoints.Gguf;
using SaeSharp.Models.Tokenizers.SentencePiece;

namespace SaeSharp.Models.Tokenizers.Gguf;

/// <summary>The kind <c>llama</c>: BPE of sentencepiece, by scores and with bytes for what no piece spells.</summary>
/// <remarks>Control pieces are found in a text unless it is of unknown origin; sentencepiece alone never finds them, llama.cpp and Hugging Face do.</remarks>
internal static class GgufPieces
{
    private const string ScoresKey = "tokenizer.ggml.scores", UnknownKey = "tokenizer.ggml.unknown_token_id";

    /// <summary>What llama.cpp takes where the file names no such token.</summary>
    private const int Unknown = 0, Begin = 1, End = 2;

    public static TokenizerFile Read(GgufMetadata file)
    {
        var tokens = new GgufVocabulary(file, Begin, End);
        var scores = tokens.Parallel(ScoresKey, file.OptionalNumbers(ScoresKey)) ?? throw FileException.Malformed(file.Path, ScoresKey, "it is missing, expected a score for each token");
        if (!tokens.Kinds.Contains(PieceKind.Unknown) && (file.OptionalCount(UnknownKey) ?? Unknown) is var unknown && unknown < tokens.Kinds.Length) tokens.Kinds[unknown] = PieceKind.Unknown;

        var model = ModelFile.Bpe(
            file.Path,
            tokens.Tokens.Select((token, id) => (Text(token, tokens.Kinds[id]), scores[id], tokens.Kinds[id])),
            addsSpace: file.OptionalFlag("tokenizer.ggml.add_space_prefix") ?? true,
            removesSpaces: file.OptionalFlag("tokenizer.ggml.remove_extra_whitespaces") ?? false,
            escapesSpaces: true);
        var pieces = new PieceVocabulary(model);
        var added = tokens.Added(PieceKind.Control, PieceKind.Unknown);
        return new(
            new PieceBpe(pieces),
            added,
            new PieceNormalizer(model, pieces.UserDefined),
            PreTokenizer: null,
            tokens.Around(addsBegin: true),
            new PieceDecoder(model, pieces, added.Select(token => token.Content).ToHashSet(StringComparer.Ordinal)))
        {
            Bos = tokens.Begin,
            Eos = tokens.End,
        };
    }

    /// <summary>llama.cpp's converter writes the spaces of user-defined pieces as spaces.</summary>
    private static string Text(string token, PieceKind kind) => kind == PieceKind.UserDefined ? token.Replace(' ', '▁') : token;
}
