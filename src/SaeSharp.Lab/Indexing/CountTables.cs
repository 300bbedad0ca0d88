using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Indexing;

/// <summary>Counts of a feature's firings, a row a count: by value, by token, by position, by interval, with other features.</summary>
internal sealed class CountTables(ParquetTable histogram, ParquetTable tokens, ParquetTable positions, ParquetTable intervals, ParquetTable coFiring, LanguageModel model)
{
    private readonly (NumberColumn<int> Feature, NumberColumn<int> Bin, NumberColumn<float> Low, NumberColumn<float> High, NumberColumn<long> Count) _histogram =
        (histogram.Number<int>("feature"), histogram.Number<int>("bin"), histogram.Number<float>("low"), histogram.Number<float>("high"), histogram.Number<long>("count"));

    private readonly (NumberColumn<int> Feature, NumberColumn<int> Rank, NumberColumn<int> Id, TextColumn Text, NumberColumn<long> Fired, NumberColumn<long> Occurrences, NumberColumn<double> Mean) _tokens =
        (tokens.Number<int>("feature"), tokens.Number<int>("rank"), tokens.Number<int>("id"), tokens.Text("text"), tokens.Number<long>("fired"), tokens.Number<long>("occurrences"), tokens.Number<double>("mean"));

    private readonly (NumberColumn<int> Feature, NumberColumn<int> From, NumberColumn<int> To, NumberColumn<long> Fired, NumberColumn<long> Tokens, NumberColumn<double> Mean) _positions =
        (positions.Number<int>("feature"), positions.Number<int>("first"), positions.Number<int>("last"), positions.Number<long>("fired"), positions.Number<long>("tokens"), positions.Number<double>("mean"));

    private readonly (NumberColumn<int> Feature, NumberColumn<int> Interval, NumberColumn<double> Low, NumberColumn<double> High, NumberColumn<long> Count) _intervals =
        (intervals.Number<int>("feature"), intervals.Number<int>("interval"), intervals.Number<double>("low"), intervals.Number<double>("high"), intervals.Number<long>("count"));

    private readonly (NumberColumn<int> Feature, NumberColumn<int> Rank, NumberColumn<int> Other, NumberColumn<long> Both, NumberColumn<double> Jaccard, NumberColumn<double> Correlation) _coFiring =
        (coFiring.Number<int>("feature"), coFiring.Number<int>("rank"), coFiring.Number<int>("other"), coFiring.Number<long>("together"), coFiring.Number<double>("jaccard"), coFiring.Number<double>("correlation"));

    public void Add(FeatureAccount account, IReadOnlyList<CoFiring> others)
    {
        var feature = account.Feature;
        foreach (var (bin, count) in account.Histogram)
        {
            _histogram.Feature.Add(feature);
            _histogram.Bin.Add(bin);
            _histogram.Low.Add(ActivationBins.Low(bin));
            _histogram.High.Add(ActivationBins.High(bin));
            _histogram.Count.Add(count);
            histogram.EndRow();
        }
        foreach (var (rank, token) in account.Tokens.Index())
        {
            _tokens.Feature.Add(feature);
            _tokens.Rank.Add(rank);
            _tokens.Id.Add(token.Id);
            _tokens.Text.Add(model.TokenText(token.Id));
            _tokens.Fired.Add(token.Fired);
            _tokens.Occurrences.Add(token.Occurrences);
            _tokens.Mean.Add(token.Mean);
            tokens.EndRow();
        }
        foreach (var octave in account.Positions)
        {
            _positions.Feature.Add(feature);
            _positions.From.Add(octave.From);
            _positions.To.Add(octave.To);
            _positions.Fired.Add(octave.Fired);
            _positions.Tokens.Add(octave.Tokens);
            _positions.Mean.Add(octave.Mean);
            positions.EndRow();
        }
        foreach (var (place, interval) in account.Intervals.Index())
        {
            _intervals.Feature.Add(feature);
            _intervals.Interval.Add(account.Intervals.Count - 1 - place);
            _intervals.Low.Add(interval.Low);
            _intervals.High.Add(interval.High);
            _intervals.Count.Add(interval.Count);
            intervals.EndRow();
        }
        foreach (var (rank, other) in others.Index())
        {
            _coFiring.Feature.Add(feature);
            _coFiring.Rank.Add(rank);
            _coFiring.Other.Add(other.Feature);
            _coFiring.Both.Add(other.Both);
            _coFiring.Jaccard.Add(other.Jaccard);
            _coFiring.Correlation.Add(other.Correlation);
            coFiring.EndRow();
        }
    }
}
