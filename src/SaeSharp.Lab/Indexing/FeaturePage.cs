using System.Collections.Concurrent;
using System.Data.Common;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Indexing;

/// <summary>What an index and the weights say about one feature, or about many in a list.</summary>
internal sealed class FeaturePage(Shelves shelves, IndexShelf indexes, FeatureLabels labels, RemarkBook book)
{
    private const int TokensInAList = 3;
    private readonly ConcurrentDictionary<string, DecoderNeighbours> _neighbours = new();
    private readonly ConcurrentDictionary<LanguageModel, DecoderAttribution> _attributions = new();

    public FeatureResult Of(FeatureRequest request)
    {
        var sae = shelves.Saes.Get(request.Sae);
        sae.RequireFeature(request.Feature);
        var (index, feature, top) = (indexes.Get(sae, request.Index), request.Feature, OptionException.NotNegative(request.Top, "--top"));
        var model = ModelOf(index);
        var statistics = index.Statistics;
        var fired = statistics.Fired[feature];
        var spread = index.Query(IndexFiles.Features, "std, skew", "WHERE feature = ?", row => row.IsDBNull(0) ? ((double? Std, double? Skew))(null, null) : (row.GetDouble(0), row.GetDouble(1)), feature)[0];
        var remark = book.Find(sae, feature);
        var label = labels.Lookup(sae);
        var neighbours = _neighbours.GetOrAdd(sae.WeightsSha256, _ => new(sae, shelves.Backend));
        return new()
        {
            Index = index.Info, Sae = sae.Name, Feature = feature, Labels = labels.All(sae, feature), Note = remark?.Note, Bookmarked = remark?.Bookmarked ?? false, Fired = fired, Tokens = index.Info.Tokens, Density = statistics.Density(feature),
            Mean = statistics.Mean[feature], Max = statistics.Max[feature], Std = spread.Std, Skew = spread.Skew,
            Reason = fired == 0 ? $"the feature fires on none of the {index.Info.Tokens} tokens of this index" : null,
            Histogram = index.Query(IndexFiles.Histogram, "low, high, count", "WHERE feature = ? ORDER BY bin", row => new HistogramBin(row.GetFloat(0), row.GetFloat(1), row.GetInt64(2)), feature),
            TopExamples = Examples(index, model, feature, ExampleTable.Top, 0, request.Examples), Intervals = Intervals(index, model, feature, fired),
            Quantiles = fired == 0 ? [] : Quantiles(index, model, feature), NearMisses = Examples(index, model, feature, ExampleTable.NearMiss, 0, top),
            Positions = index.Query(IndexFiles.Positions, "first, last, fired, tokens, mean", "WHERE feature = ? ORDER BY first",
                row => new PositionShare(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetDouble(4)), feature),
            CoFiring = index.Query(IndexFiles.CoFiring, "other, together, jaccard, correlation", "WHERE feature = ? ORDER BY rank LIMIT ?",
                row => new CoFiringFeature(row.GetInt32(0), row.GetInt64(1), row.GetDouble(2), row.GetDouble(3), label(row.GetInt32(0))), feature, top),
            TopTokens = index.Query(IndexFiles.Tokens, "id, fired, occurrences, mean", "WHERE feature = ? ORDER BY rank LIMIT ?",
                row => new TokenShare(row.GetInt32(0), model.TokenText(row.GetInt32(0)), row.GetInt64(1), row.GetInt64(2), row.GetDouble(3)), feature, top),
            Logits = LogitLens.Of(sae, model, feature, top), DecoderNorm = sae.DecoderNorm(feature), EncoderDecoderCosine = neighbours.EncoderDecoderCosine(feature),
            Attribution = _attributions.GetOrAdd(model, known => new(known)).Of(sae, feature, top),
            Neighbours = [.. neighbours.Nearest(feature, top).Select(near => new Neighbour(near.Feature, near.Cosine, statistics.Density(near.Feature), label(near.Feature)))],
        };
    }

    public PostingsResult Of(PostingsRequest request)
    {
        var sae = shelves.Saes.Get(request.Sae);
        sae.RequireFeature(request.Feature);
        var (index, skip, take) = (indexes.Get(sae, request.Index), OptionException.NotNegative(request.Skip, "--skip"), OptionException.InRange(request.Take, 0, 10_000, "--take"));
        if (!index.Info.Postings) throw LabException.NoPostings(index.Info.Name);
        var model = ModelOf(index);
        var postings = index.Query(IndexFiles.Postings, "document, \"window\", position, id, value", "WHERE feature = ? ORDER BY \"window\", position LIMIT ? OFFSET ?",
            row => new Posting(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), model.TokenText(row.GetInt32(3)), row.GetFloat(4)), request.Feature, take, skip);
        return new(index.Info, sae.Name, request.Feature, index.Statistics.Fired[request.Feature], postings);
    }

    public FeaturesResult Of(FeaturesRequest request)
    {
        var sae = shelves.Saes.Get(request.Sae);
        var index = indexes.Get(sae, request.Index);
        var model = shelves.Models.Get(index.Info.Model);
        var statistics = index.Statistics;
        IEnumerable<int> features = Enumerable.Range(0, sae.DSae).Where(feature => !request.AliveOnly || statistics.Fired[feature] > 0);
        int[] order = [.. request.Order switch
        {
            FeatureOrder.Density => features.OrderByDescending(feature => statistics.Fired[feature]).ThenBy(feature => feature),
            FeatureOrder.Max => features.OrderByDescending(feature => statistics.Max[feature] ?? 0).ThenBy(feature => feature),
            _ => features,
        }];
        int[] part = [.. order.Skip(OptionException.NotNegative(request.Skip, "skip")).Take(OptionException.InRange(request.Take, 0, 1000, "take"))];
        var tokens = part.Length == 0 ? [] : index.Query(IndexFiles.Tokens, "feature, id", $"WHERE rank < {TokensInAList} AND feature IN ({string.Join(',', part)}) ORDER BY feature, rank",
            row => (Feature: row.GetInt32(0), Id: row.GetInt32(1)));
        var label = labels.Lookup(sae);
        var texts = tokens.ToLookup(token => token.Feature, token => model.TokenText(token.Id));
        return new(index.Info, order.Length, [.. part.Select(feature => new FeatureSummary(
            feature, statistics.Fired[feature], statistics.Density(feature), statistics.Mean[feature], statistics.Max[feature], [.. texts[feature]], label(feature)))]);
    }

    private LanguageModel ModelOf(FeatureIndex index)
    {
        var model = shelves.Models.Get(index.Info.Model);
        return model.Sha256 == index.Info.ModelSha256 ? model : throw LabException.BrokenIndex(index.Info.Path, $"the model in {index.Info.Model} has changed since");
    }

    private static List<Interval> Intervals(FeatureIndex index, LanguageModel model, int feature, long fired) => index.Query(
            IndexFiles.Intervals, "interval, low, high, count", "WHERE feature = ? ORDER BY interval DESC", row => (Number: row.GetInt32(0), Low: row.GetDouble(1), High: row.GetDouble(2), Count: row.GetInt64(3)), feature)
        .ConvertAll(interval => new Interval(interval.Low, interval.High, interval.Count, (double)interval.Count / fired, Examples(index, model, feature, ExampleTable.Interval, interval.Number, int.MaxValue)));

    private static List<QuantileExample> Quantiles(FeatureIndex index, LanguageModel model, int feature)
    {
        var values = index.Query(IndexFiles.Features, string.Join(", ", FeatureAccount.QuantilePoints.Select(FeatureTable.QuantileName)), "WHERE feature = ?",
            row => FeatureAccount.QuantilePoints.Select((_, i) => row.GetDouble(i)).ToArray(), feature)[0];
        return [.. FeatureAccount.QuantilePoints.Select((q, i) => new QuantileExample(q, values[i], Examples(index, model, feature, ExampleTable.Quantile, (int)Math.Round(q * 1000), 1)[0]))];
    }

    private static List<Example> Examples(FeatureIndex index, LanguageModel model, int feature, string kind, int number, int count) => index.Query(
        IndexFiles.Examples, "document, position, value, first, ids, values", "WHERE feature = ? AND kind = ? AND number = ? ORDER BY rank LIMIT ?", row => Read(row, model), feature, kind, number, OptionException.NotNegative(count, "--examples"));

    private static Example Read(DbDataReader row, LanguageModel model)
    {
        var (position, first) = (row.GetInt32(1), row.GetInt32(3));
        int[] ids = [.. row.GetFieldValue<List<int>>(4)];
        return new(row.GetInt64(0), position, row.GetFloat(2), model.Cells(ids, first), [.. row.GetFieldValue<List<float>>(5).Select(value => (double)value)], position - first);
    }
}
