using SaeSharp.Models.Checkpoints.Gguf;
using SaeSharp.Models.Tokenizers.Decoders;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.SentencePiece;

namespace SaeSharp.Models.Tokenizers.Gguf;

/// <summary>The kind <c>gpt2</c>: BPE over bytes, whose words are cut as <see cref="GgufWords"/> says.</summary>
internal static class GgufBytePairs
{
    private const string MergesKey = "tokenizer.ggml.merges";

    public static TokenizerFile Read(GgufMetadata file)
    {
        var tokens = new GgufVocabulary(file);
        var words = GgufWords.Of(file);
        var vocabulary = Vocabulary(file, tokens);
        var merges = file.OptionalTexts(MergesKey) ?? throw FileException.Malformed(file.Path, MergesKey, "it is missing, expected the merges in their order");
        return new(
            new Bpe(vocabulary, MergeTable.Read(file.Path, merges, vocabulary), new() { IgnoreMerges = words.IgnoresMerges }),
            tokens.Added(PieceKind.Control, PieceKind.Unknown, PieceKind.UserDefined),
            words.Normalizer,
            words.PreTokenizer,
            tokens.Around(words.AddsBegin),
            new ByteLevelDecoder())
        {
            Bos = tokens.Begin,
            Eos = tokens.End,
        };
    }

    private static Vocabulary Vocabulary(GgufMetadata file, GgufVocabulary tokens)
    {
        var ids = new Dictionary<string, int>(tokens.Tokens.Length, StringComparer.Ordinal);
        foreach (var (id, token) in tokens.Tokens.Index())
            if (!ids.TryAdd(token, id)) throw FileException.Malformed(file.Path, $"token {id}", $"'{token}' is token {ids[token]} already, expected it once");
        return new(ids);
    }
}
