using Parquet.Schema;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Indexing;

/// <summary>The tables of an index, as files in its folder. docs: open them with pandas, R, DuckDB or Spark.</summary>
internal sealed class IndexFiles : IAsyncDisposable
{
    public const int Layout = 1;
    public const string Info = "index.json";
    public const string Features = "features.parquet";
    public const string Histogram = "histogram.parquet";
    public const string Tokens = "tokens.parquet";
    public const string Intervals = "intervals.parquet";
    public const string Examples = "examples.parquet";

    /// <summary>In the column <c>interval</c>: the example is one of the strongest, not of an interval.</summary>
    public const int StrongestMark = -1;

    private readonly ParquetTable _features, _histogram, _tokens, _intervals, _examples;
    private readonly LanguageModel _model;
    private readonly long _n;

    private IndexFiles(ParquetTable[] tables, LanguageModel model, long n)
    {
        (_features, _histogram, _tokens, _intervals, _examples) = (tables[0], tables[1], tables[2], tables[3], tables[4]);
        (_model, _n) = (model, n);
    }

    /// <summary>Begins the files in an empty folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">Whose vocabulary spells the tokens.</param>
    /// <param name="tokens">N, the tokens counted.</param>
    public static async Task<IndexFiles> Create(string folder, LanguageModel model, long tokens)
    {
        Task<ParquetTable> Table(string name, int rows, params Field[] fields) => ParquetTable.Create(Path.Combine(folder, name), rows, fields);
        return new(
        [
            await Table(Features, 1 << 14, new DataField<int>("feature"), new DataField<long>("fired"), new DataField<double>("density"),
                new DataField<double?>("mean"), new DataField<double?>("std"), new DataField<float?>("max")).ConfigureAwait(false),
            await Table(Histogram, 1 << 14, new DataField<int>("feature"), new DataField<int>("bin"), new DataField<float>("low"), new DataField<float>("high"), new DataField<long>("count")).ConfigureAwait(false),
            await Table(Tokens, 1 << 13, new DataField<int>("feature"), new DataField<int>("rank"), new DataField<int>("id"), new DataField<string>("text"),
                new DataField<long>("fired"), new DataField<long>("occurrences"), new DataField<double>("mean")).ConfigureAwait(false),
            await Table(Intervals, 1 << 14, new DataField<int>("feature"), new DataField<int>("interval"), new DataField<double>("low"), new DataField<double>("high"), new DataField<long>("count")).ConfigureAwait(false),
            await Table(Examples, 1 << 11, new DataField<int>("feature"), new DataField<int>("interval"), new DataField<int>("rank"), new DataField<long>("document"), new DataField<int>("position"),
                new DataField<float>("value"), new DataField<int>("first"), new DataField<string>("text"),
                new ListField("ids", new DataField<int>("element")), new ListField("values", new DataField<float>("element"))).ConfigureAwait(false),
        ], model, tokens);
    }

    /// <summary>Adds a feature; features come in rising order.</summary>
    public async Task Add(FeatureAccount account)
    {
        var feature = account.Feature;
        await _features.Add(feature, account.Fired, (double)account.Fired / _n, account.Mean, account.Std, account.Max).ConfigureAwait(false);
        foreach (var (bin, count) in account.Histogram) await _histogram.Add(feature, bin, ActivationBins.Low(bin), ActivationBins.High(bin), count).ConfigureAwait(false);
        foreach (var (rank, token) in account.Tokens.Index())
            await _tokens.Add(feature, rank, token.Id, _model.TokenText(token.Id), token.Fired, token.Occurrences, token.Mean).ConfigureAwait(false);
        foreach (var (rank, example) in account.Top.Index()) await Add(feature, StrongestMark, rank, example).ConfigureAwait(false);
        foreach (var (place, interval) in account.Intervals.Index())
        {
            var number = account.Intervals.Count - 1 - place;
            await _intervals.Add(feature, number, interval.Low, interval.High, interval.Count).ConfigureAwait(false);
            foreach (var (rank, example) in interval.Examples.Index()) await Add(feature, number, rank, example).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var table in (ParquetTable[])[_features, _histogram, _tokens, _intervals, _examples]) await table.DisposeAsync().ConfigureAwait(false);
    }

    private Task Add(int feature, int interval, int rank, FeatureExample example) => _examples.Add(
        feature, interval, rank, example.Document, example.Position, example.Value, example.First, _model.Text(example.Ids), example.Ids, example.Values);
}
