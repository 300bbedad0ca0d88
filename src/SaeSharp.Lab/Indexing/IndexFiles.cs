using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Indexing;

/// <summary>The tables of an index, as files in its folder. docs: open them with pandas, R, DuckDB or Spark.</summary>
internal sealed class IndexFiles : IAsyncDisposable
{
    public const int Layout = 2;
    public const string Info = "index.json";
    public const string Features = "features.parquet";
    public const string Histogram = "histogram.parquet";
    public const string Tokens = "tokens.parquet";
    public const string Positions = "positions.parquet";
    public const string Intervals = "intervals.parquet";
    public const string Examples = "examples.parquet";
    public const string CoFiring = "cofiring.parquet";
    public const string Postings = "postings.parquet";
    public const string Corpus = "corpus.parquet";

    /// <summary>The files that are kept on request.</summary>
    public static readonly IReadOnlyList<string> Kept = [Postings, Corpus];

    private readonly FeatureTable _features;
    private readonly ExampleTable _examples;
    private readonly CountTables _counts;
    private readonly ParquetTable[] _tables;
    private readonly ParquetTable? _corpusTable, _postingTable;
    private readonly PostingTable? _postings;

    /// <summary>Begins the files in an empty folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">Whose vocabulary spells the tokens.</param>
    /// <param name="places">Where the tokens counted stand.</param>
    /// <param name="postings">Whether the posting lists and the corpus are kept, too.</param>
    public IndexFiles(string folder, LanguageModel model, TokenPlaces places, bool postings)
    {
        ParquetTable Table(string name, int rows) => new(Path.Combine(folder, name), rows);
        if (postings)
        {
            (_postingTable, _corpusTable) = (Table(Postings, 1 << 16), Table(Corpus, 1 << 16));
            _postings = new(_postingTable, places);
        }
        _tables = [Table(Features, 1 << 14), Table(Examples, 1 << 12), Table(Histogram, 1 << 15), Table(Tokens, 1 << 14), Table(Positions, 1 << 14), Table(Intervals, 1 << 14), Table(CoFiring, 1 << 14)];
        _features = new(_tables[0], places.Ids.Length);
        _examples = new(_tables[1]);
        _counts = new(_tables[2], _tables[3], _tables[4], _tables[5], _tables[6], model);
    }

    /// <summary>Adds a feature; features come in rising order.</summary>
    public async Task Add(FeatureAccount account, IReadOnlyList<CoFiring> coFirings)
    {
        _features.Add(account);
        _counts.Add(account, coFirings);
        _examples.Add(account);
        if (_tables.Any(table => table.IsFull)) await Task.WhenAll(_tables.Where(table => table.IsFull).Select(table => Task.Run(table.Flush))).ConfigureAwait(false);
    }

    /// <summary>Adds a feature's posting list, in the order of features, where they are kept.</summary>
    public Task AddPostings(int feature, Firings firings) => _postings?.Add(feature, firings) ?? Task.CompletedTask;

    /// <summary>Writes the corpus where it is kept.</summary>
    public Task AddCorpus(TokenPlaces places) => _corpusTable is null ? Task.CompletedTask : new CorpusTable(_corpusTable).Add(places);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_tables.Append(_postingTable).Append(_corpusTable).OfType<ParquetTable>().Select(table => Task.Run(async () => await table.DisposeAsync().ConfigureAwait(false)))).ConfigureAwait(false);
}
