using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Library;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Models.Tokenizers.Training;

namespace SaeSharp.Lab.LanguageModels;

/// <summary>The documents of a training as token ids, some of them held out, with the tokenizer they were made by.</summary>
internal sealed class LanguageData
{
    private const int MostHeldOut = 2000;
    private readonly List<int[]> _documents;

    private LanguageData(List<int[]> documents, double heldOut, Tokenizer? tokenizer, string? tokenizerFolder, string source)
    {
        var count = heldOut > 0 && documents.Count > 1 ? (int)Math.Clamp(Math.Round(documents.Count * heldOut), 1, Math.Min(MostHeldOut, documents.Count / 2)) : 0;
        // Every so many-th, so that all parts of the texts are in both.
        HeldOut = [.. Enumerable.Range(0, count).Select(i => documents[(int)((i + 0.5) * documents.Count / count)])];
        var held = HeldOut.ToHashSet(ReferenceEqualityComparer.Instance);
        _documents = [.. documents.Where(document => !held.Contains(document))];
        (Tokenizer, TokenizerFolder, Source) = (tokenizer, tokenizerFolder, source);
        Rows = _documents.Sum(document => Math.Max(0L, document.Length - 1));
        LargestId = documents.Max(document => document.Length == 0 ? 0 : document.Max());
    }

    /// <summary>Documents for the validation loss.</summary>
    public IReadOnlyList<int[]> HeldOut { get; }

    /// <summary>Null where ids were given without one.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>Where the tokenizer's files are.</summary>
    public string? TokenizerFolder { get; }

    /// <summary>What the documents were made of, as a hash.</summary>
    public string Source { get; }

    /// <summary>Targets of one pass.</summary>
    public long Rows { get; }

    public int LargestId { get; }

    /// <summary>Reads the texts or ids; learns a tokenizer into <paramref name="learntFolder"/> where none is given.</summary>
    public static LanguageData Read(LmTrainRequest request, string? modelFolder, string learntFolder, IProgress<Progress>? progress, CancellationToken cancel)
    {
        if ((request.Texts is null) == (request.IdsFile is null))
            throw OptionException.Invalid("A training takes a file of texts or a file of token ids, expected exactly one of them.", "Give --texts FILE or --ids-file FILE.");
        OptionException.InRange(request.HeldOut, 0, 0.5, "--held-out");
        var given = request.Tokenizer ?? modelFolder;
        progress?.Report(new("reading texts", 0, 0, 0, null, ""));
        if (request.IdsFile is not null)
        {
            var (found, folder) = given is null ? (null, null) : Open(given);
            return new LanguageData([.. IdLists.Read(request.IdsFile)], request.HeldOut, found, folder, ContentHash.OfFile(request.IdsFile)).Required(request.IdsFile);
        }
        var documents = TextFile.Documents(request.Texts!, request.Field, request.Split).ToList();
        cancel.ThrowIfCancellationRequested();
        if (given is null)
        {
            progress?.Report(new("learning a tokenizer", 0, 0, 0, null, ""));
            TokenizerTraining.Write(documents.Select(document => document.Text ?? throw LabException.IdsForTexts(request.Texts!)), request.Vocab, learntFolder);
        }
        var (tokenizer, tokenizerFolder) = Open(given ?? learntFolder);
        int[] end = tokenizer.EosId is { } eos ? [eos] : [];
        List<int[]> ids = [.. documents.AsParallel().AsOrdered().WithCancellation(cancel).Select(document => document.Ids ?? [.. tokenizer.EncodeIds(document.Text!), .. end])];
        return new LanguageData(ids, request.HeldOut, tokenizer, tokenizerFolder, Hash(request.Texts!, tokenizerFolder)).Required(request.Texts!);
    }

    /// <summary>Pass after pass over the documents that are not held out, each in an order of its own.</summary>
    public IEnumerable<int[]> Stream(int seed)
    {
        int[] counts = [.. _documents.Select(document => document.Length)];
        for (var epoch = 0; ; epoch++)
            foreach (var place in new EpochOrder(counts, seed, epoch).Order)
                yield return _documents[place];
    }

    private LanguageData Required(string source) => Rows > 0 ? this : throw LabException.EmptyCorpus(source);

    private static (Tokenizer Tokenizer, string Folder) Open(string fileOrFolder)
    {
        var file = Tokenizer.Find(fileOrFolder) ?? throw LabException.NoTokenizer(fileOrFolder);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return (Tokenizer.Load(file), folder);
    }

    private static string Hash(string texts, string tokenizerFolder) =>
        ContentHash.OfText(ContentHash.OfFiles(TextSources.Find(texts)) + ContentHash.OfFiles(Models.Training.ModelFolder.TokenizerFiles.Select(name => Path.Combine(tokenizerFolder, name)).Where(File.Exists)));
}
