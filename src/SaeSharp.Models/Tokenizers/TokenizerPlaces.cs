using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Tokenizers.SentencePiece;
using SaeSharp.Models.Tokenizers.Tiktoken;

namespace SaeSharp.Models.Tokenizers;

/// <summary>Where the tokenizer of a model lies.</summary>
internal static class TokenizerPlaces
{
    /// <summary>GPT-2's two files; the first stands for both.</summary>
    public const string VocabularyName = "vocab.json", MergesName = "merges.txt";

    /// <summary>What a tokenizer can be in a folder, the best first.</summary>
    public const string Expected = "tokenizer.json, tokenizer.model, vocab.json and merges.txt, or one .tiktoken";

    /// <summary>The file to read: of a folder its own before that within its weights, of a file of weights that within it before one beside it. Null where there is none.</summary>
    /// <remarks>So the tokenizer.json that someone puts beside a GGUF file counts when the folder is given. A file that is no model's weights is taken for the tokenizer.</remarks>
    /// <exception cref="FileException">There are several to choose from, or a file that decides it cannot be read.</exception>
    public static string? Of(string folderOrFile)
    {
        if (Directory.Exists(folderOrFile)) return In(folderOrFile) ?? (CheckpointFormats.In(folderOrFile) is { } weights ? Within(weights) : null);
        if (ModelPath.IsNamedAsWeights(folderOrFile) && (ModelPath.IsIndex(folderOrFile) || CheckpointFormats.Find(folderOrFile) is not null)) return Within(folderOrFile) ?? In(ModelPath.FolderOf(folderOrFile));
        return folderOrFile;
    }

    private static string? Within(string weights) => ModelPath.IsIndex(weights) ? null : CheckpointFormats.Find(weights)?.TokenizerOf(weights);

    private static string? In(string folder)
    {
        foreach (var name in new[] { "tokenizer.json", SentencePieceFolder.ModelName })
            if (File.Exists(Path.Combine(folder, name))) return Path.Combine(folder, name);
        return File.Exists(Path.Combine(folder, VocabularyName)) && File.Exists(Path.Combine(folder, MergesName)) ? Path.Combine(folder, VocabularyName) : TiktokenFile.Within(folder);
    }
}
