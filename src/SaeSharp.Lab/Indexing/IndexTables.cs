using System.Globalization;

namespace SaeSharp.Lab.Indexing;

/// <summary>A row a feature: counts, moments, quantiles.</summary>
internal sealed class FeatureTable
{
    private readonly ParquetTable _table;
    private readonly long _n;
    private readonly NumberColumn<int> _feature;
    private readonly NumberColumn<long> _fired;
    private readonly NumberColumn<double> _density;
    private readonly OptionalColumn<double> _mean, _std, _skew;
    private readonly OptionalColumn<float> _max;
    private readonly OptionalColumn<double>[] _quantiles;

    public FeatureTable(ParquetTable table, long tokens)
    {
        (_table, _n) = (table, tokens);
        (_feature, _fired, _density) = (table.Number<int>("feature"), table.Number<long>("fired"), table.Number<double>("density"));
        (_mean, _std, _skew, _max) = (table.Optional<double>("mean"), table.Optional<double>("std"), table.Optional<double>("skew"), table.Optional<float>("max"));
        _quantiles = [.. FeatureAccount.QuantilePoints.Select(q => table.Optional<double>(QuantileName(q)))];
    }

    /// <summary>The column of a quantile: q10 for 0.1, q999 for 0.999.</summary>
    public static string QuantileName(double q) => "q" + q.ToString("0.00#", CultureInfo.InvariantCulture)[2..];

    public void Add(FeatureAccount account)
    {
        _feature.Add(account.Feature);
        _fired.Add(account.Fired);
        _density.Add((double)account.Fired / _n);
        _mean.Add(account.Moments?.Mean);
        _std.Add(account.Moments?.Std);
        _skew.Add(account.Moments?.Skew);
        _max.Add(account.Max);
        for (var i = 0; i < _quantiles.Length; i++) _quantiles[i].Add(account.Quantiles.Length > 0 ? account.Quantiles[i] : null);
        _table.EndRow();
    }
}

/// <summary>A row an example.</summary>
internal sealed class ExampleTable
{
    /// <summary>In the column <c>kind</c>: the strongest; of an equal-width interval, <c>number</c> is which; at a quantile, <c>number</c> is it in thousandths; a look-alike on which it does not fire.</summary>
    public const string Top = "top", Interval = "interval", Quantile = "quantile", NearMiss = "near";

    private readonly ParquetTable _table;
    private readonly NumberColumn<int> _feature, _number, _rank, _position, _first;
    private readonly NumberColumn<long> _document;
    private readonly NumberColumn<float> _value;
    private readonly TextColumn _kind, _text;
    private readonly ListColumn<int> _ids;
    private readonly ListColumn<float> _values;

    public ExampleTable(ParquetTable table)
    {
        _table = table;
        (_feature, _kind, _number, _rank) = (table.Number<int>("feature"), table.Text("kind"), table.Number<int>("number"), table.Number<int>("rank"));
        (_document, _position, _value) = (table.Number<long>("document"), table.Number<int>("position"), table.Number<float>("value"));
        (_first, _text, _ids, _values) = (table.Number<int>("first"), table.Text("text"), table.List<int>("ids"), table.List<float>("values"));
    }

    public void Add(FeatureAccount account)
    {
        Add(account.Feature, Top, 0, account.Top);
        for (var place = 0; place < account.Intervals.Count; place++) Add(account.Feature, Interval, account.Intervals.Count - 1 - place, account.Intervals[place].Examples);
        for (var i = 0; i < account.QuantileExamples.Count; i++) Add(account.Feature, Quantile, (int)Math.Round(FeatureAccount.QuantilePoints[i] * 1000), [account.QuantileExamples[i]]);
        Add(account.Feature, NearMiss, 0, account.NearMisses);
    }

    private void Add(int feature, string kind, int number, IReadOnlyList<FeatureExample> examples)
    {
        foreach (var (rank, example) in examples.Index())
        {
            _feature.Add(feature);
            _kind.Add(kind);
            _number.Add(number);
            _rank.Add(rank);
            _document.Add(example.Document);
            _position.Add(example.Position);
            _value.Add(example.Value);
            _first.Add(example.First);
            _text.Add(example.Text);
            _ids.Add(example.Ids);
            _values.Add(example.Values);
            _table.EndRow();
        }
    }
}
