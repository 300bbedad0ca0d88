using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Harvesting;

/// <summary>The tokens a verb runs over, cut into windows, in the order of the file.</summary>
internal sealed class Corpus
{
    private Corpus(string path, IReadOnlyList<Window> windows, int context)
    {
        (Path, Windows, Context) = (path, windows, context);
        KeptTokens = windows.Sum(window => (long)window.Kept.Length);
        Documents = windows.Count == 0 ? 0 : windows[^1].Document + 1;
    }

    /// <summary>The file it was read from; of several files, folders and patterns, one a line.</summary>
    public string Path { get; }

    public IReadOnlyList<Window> Windows { get; }

    /// <summary>Tokens that count.</summary>
    public long KeptTokens { get; }

    /// <summary>Documents begun.</summary>
    public long Documents { get; }

    /// <summary>Longest window.</summary>
    public int Context { get; }

    /// <summary>SHA-256 of the file, or of all files one after another.</summary>
    public string Sha256 => TextSources.Find(Path) is [var file] ? ContentHash.OfFile(file) : ContentHash.OfFiles(TextSources.Find(Path));

    /// <summary>Reads the corpus that <paramref name="options"/> name, as tokens of <paramref name="model"/>.</summary>
    public static Corpus Read(CorpusOptions options, LanguageModel model)
    {
        OptionException.InRange(options.Context, 2, model.Transformer.Spec.Context, "--context");
        OptionException.NotNegative(options.MinDocument, "--min-document");
        if ((options.Texts is null) == (options.IdsFile is null))
            throw OptionException.Invalid("A corpus is a file of texts or a file of token ids, expected exactly one of them.", "Give --texts FILE or --ids-file FILE.");
        var path = options.IdsFile ?? options.Texts!;
        IEnumerable<int[]> documents = options.IdsFile is not null
            ? IdLists.Read(path)
            : TextFile.Documents(path, options.Field, options.Split).AsParallel().AsOrdered().Select(document => document.Ids ?? model.Tokenizer.EncodeIds(document.Text!, !options.NoSpecial));
        return Of(string.Join('\n', path.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(System.IO.Path.GetFullPath)), documents, options, model.BosId);
    }

    /// <summary>Cuts documents that are already token ids.</summary>
    public static Corpus Of(string path, IEnumerable<int[]> documents, CorpusOptions options, int? bosId)
    {
        var kept = documents.Where(ids => ids.Count(id => id != bosId) >= Math.Max(options.MinDocument, 1));
        var windows = options.Window == WindowKind.Document
            ? kept.Select((ids, number) => (Document: (long)number, Ids: ids.Length > options.Context ? ids[..options.Context] : ids, Starts: (int[])[]))
            : Packed(kept, options, bosId);
        var skip = options.SkipPositions == SkippedPositions.Bos ? bosId : null;
        var corpus = new Corpus(path, [.. windows.Select(window => new Window(window.Document, window.Ids, KeptPositions(window.Ids, skip)) { Starts = window.Starts })], options.Context);
        return corpus.KeptTokens > 0 ? corpus : throw LabException.EmptyCorpus(path);
    }

    /// <summary>The beginning of the corpus that has <paramref name="tokens"/> tokens that count; all of it for 0.</summary>
    public Corpus Take(long tokens)
    {
        OptionException.NotNegative(tokens, "--tokens");
        if (tokens == 0 || tokens >= KeptTokens) return this;
        var (windows, left) = (new List<Window>(), tokens);
        foreach (var window in Windows)
        {
            if (left < window.Kept.Length) windows.Add(Cut(window, (int)left));
            else windows.Add(window);
            left -= windows[^1].Kept.Length;
            if (left == 0) break;
        }
        return new(Path, windows, Context);
    }

    /// <summary>The same windows, in which tokens that <paramref name="isIgnored"/> names do not count either.</summary>
    public Corpus Without(Func<int, bool> isIgnored)
    {
        var corpus = new Corpus(Path, [.. Windows.Select(window => window with { Kept = [.. window.Kept.Where(position => !isIgnored(window.Ids[position]))] })], Context);
        return corpus.KeptTokens > 0 ? corpus : throw LabException.EmptyCorpus(Path);
    }

    /// <summary>Consecutive windows of at most <paramref name="rows"/> tokens together, at least one.</summary>
    public static IEnumerable<IReadOnlyList<Window>> Batches(IEnumerable<Window> windows, int rows)
    {
        var (batch, count) = (new List<Window>(), 0);
        foreach (var window in windows)
        {
            if (batch.Count > 0 && count + window.Ids.Length > rows)
            {
                yield return batch;
                (batch, count) = ([], 0);
            }
            batch.Add(window);
            count += window.Ids.Length;
        }
        if (batch.Count > 0) yield return batch;
    }

    private static Window Cut(Window window, int kept) => window with { Ids = window.Ids[..(window.Kept[kept - 1] + 1)], Kept = window.Kept[..kept] };

    private static int[] KeptPositions(int[] ids, int? skip) => [.. Enumerable.Range(0, ids.Length).Where(position => ids[position] != skip)];

    /// <summary>Windows of Context tokens from the documents laid end to end. Where documents begin with BOS, so does each window.</summary>
    private static IEnumerable<(long Document, int[] Ids, int[] Starts)> Packed(IEnumerable<int[]> documents, CorpusOptions options, int? bosId)
    {
        var (buffer, starts, start, number) = (new List<int>(options.Context), new List<int>(), 0L, 0L);
        foreach (var ids in documents)
        {
            var withBos = ids[0] == bosId;
            if (buffer.Count > 0) starts.Add(buffer.Count);
            for (var at = 0; at < ids.Length;)
            {
                if (buffer.Count == 0)
                {
                    start = number;
                    if (withBos && ids[at] != bosId) buffer.Add(ids[0]);
                }
                var count = Math.Min(ids.Length - at, options.Context - buffer.Count);
                buffer.AddRange(ids.AsSpan(at, count));
                at += count;
                if (buffer.Count < options.Context) continue;
                yield return (start, buffer.ToArray(), starts.ToArray());
                buffer.Clear();
                starts.Clear();
            }
            number++;
        }
        if (buffer.Count > 1) yield return (start, buffer.ToArray(), starts.ToArray());
    }
}
