using SaeSharp.Models.Tokenizers.AddedTokens;
using SaeSharp.Models.Tokenizers.Decoders;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers;

/// <summary>GPT-2's tokenizer as it was published, before tokenizer.json: vocab.json and merges.txt.</summary>
internal static class Gpt2Folder
{
    private const string EndOfText = "<|endoftext|>";

    public static TokenizerFile Read(string vocabularyFile, string mergesFile)
    {
        var vocabulary = Vocabulary.Read(JsonField.Read(vocabularyFile));
        var merges = MergeTable.Read(mergesFile, File.ReadLines(mergesFile), vocabulary);
        var special = vocabulary.TryGet(EndOfText, out _) ? EndOfText : null;
        return new(
            new Bpe(vocabulary, merges, new Bpe.Options()),
            special is null ? [] : [new AddedToken(special) { Special = true }],
            Normalizer: null,
            new ByteLevelPreTokenizer(addPrefixSpace: false, intoWords: true),
            PostProcessor: null,
            new ByteLevelDecoder())
        {
            Bos = special,
            Eos = special,
        };
    }
}
