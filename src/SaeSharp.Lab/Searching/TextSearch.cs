using System.Runtime.InteropServices;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;

namespace SaeSharp.Lab.Searching;

/// <summary>Searches features that fire in texts, at every layer.</summary>
internal sealed class TextSearch
{
    /// <summary>Most texts of one search.</summary>
    public const int MostTexts = 1000;

    private readonly SearchRequest _request;
    private readonly LanguageModel _model;
    private readonly IReadOnlyList<SearchedSae> _saes;
    private readonly int[][] _texts;
    private readonly IReadOnlyList<TokenCell>[] _cells;

    public TextSearch(SearchRequest request, LanguageModel model, IReadOnlyList<SearchedSae> saes)
    {
        (_request, _model, _saes) = (request, model, saes);
        if (request.Text.Count > MostTexts) throw OptionException.Invalid($"There are {request.Text.Count} texts, expected at most {MostTexts}.", "For sets of prompts use sae contrast.");
        _texts = [.. request.Text.Select(text => model.Ids(text, null, noSpecial: false))];
        _cells = [.. _texts.Select(ids => model.Cells(ids))];
        if (request.At is null) return;
        if (request.Text.Count != 1) throw OptionException.Invalid($"--at chooses tokens of one text, but there are {request.Text.Count}.", "Give one text, or leave out --at.");
        foreach (var position in request.At)
            if ((uint)position >= (uint)_texts[0].Length) throw OptionException.Invalid($"The text has no token {position}: it has {_texts[0].Length}, numbered from 0.", "sae tokens MODEL TEXT shows them.");
        if (request.At.All(position => _cells[0][position].IsSpecial)) throw OptionException.Invalid("Only special tokens are chosen, which SAEs are not trained on.", "Choose tokens of the text.");
    }

    public SearchFinding Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var meter = new ProgressMeter(progress, "reading", _texts.Length, "texts");
        var tallies = _saes.Select(_ => new Dictionary<int, Tally>()).ToArray();
        var largest = new double[_saes.Count];
        for (var text = 0; text < _texts.Length; text++)
        {
            cancel.ThrowIfCancellationRequested();
            using var run = new LayerRun(_model, [.. _saes.Select(one => one.Sae)], _texts[text], new HookSet(), LogitRows.None);
            for (var i = 0; i < _saes.Count; i++) largest[i] = Math.Max(largest[i], Add(run, _saes[i], text, tallies[i]));
            meter.Report(text + 1);
        }
        var needed = Math.Max(1, (int)Math.Ceiling(_request.Share * _texts.Length - 1e-9));
        var best = new Best<(int Sae, int Feature)>(_request.Top);
        for (var i = 0; i < _saes.Count; i++)
            foreach (var (feature, tally) in tallies[i].Where(entry => entry.Value.Texts >= needed).OrderBy(entry => entry.Key))
                best.Offer((i, feature), Scale(i, feature, tally.Sum / _texts.Length, tally, largest[i]));
        var found = best.Take();
        var firings = Firings(found.Select(hit => hit.Item).ToList(), cancel);
        return new([.. found.Select((hit, n) => new FoundFeature(_saes[hit.Item.Sae], hit.Item.Feature, hit.Score, firings[n]))], best.Seen,
            [.. _texts.Select((_, text) => new SearchedText(_request.Text[text], _cells[text]))], []);
    }

    /// <summary>Adds one text's largest value of each feature, or its sum over the chosen tokens; gives back the largest of the SAE.</summary>
    private double Add(LayerRun run, SearchedSae one, int text, Dictionary<int, Tally> tallies)
    {
        var (codes, here, largest) = (run.Codes(one.Sae), new Dictionary<int, double>(), 0.0);
        var chosen = _request.At?.ToHashSet();
        for (var row = 0; row < codes.Rows; row++)
        {
            if (_cells[text][row].IsSpecial || chosen?.Contains(row) == false) continue;
            ReadOnlySpan<int> indices = codes.RowIndices(row);
            ReadOnlySpan<float> values = codes.RowValues(row);
            for (var i = 0; i < indices.Length; i++)
            {
                if (!(values[i] > 0)) continue;
                ref var value = ref CollectionsMarshal.GetValueRefOrAddDefault(here, indices[i], out _);
                value = chosen is null ? Math.Max(value, values[i]) : value + values[i];
                largest = Math.Max(largest, values[i]);
            }
        }
        foreach (var (feature, value) in here)
        {
            if (one.Passes?.Invoke(feature) == false) continue;
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(tallies, feature, out _);
            tally = new(tally.Texts + 1, tally.Sum + value, tally.Quantiles + (_request.Order == FiringOrder.Quantile ? one.Statistics?.Quantile(feature, value) ?? 0 : 0));
        }
        return largest;
    }

    private double Scale(int sae, int feature, double value, Tally tally, double largest) => _request.Order switch
    {
        FiringOrder.Value => value,
        FiringOrder.Quantile => tally.Quantiles / _texts.Length,
        _ => (_saes[sae].Statistics is { } known ? known.Max[feature] : null) is > 0 and var max ? value / max : largest > 0 ? value / largest : 0,
    };

    /// <summary>Where each of the features found fires in each text: their layers are read once more, so that only those need be kept.</summary>
    private TextFiring?[][] Firings(List<(int Sae, int Feature)> found, CancellationToken cancel)
    {
        TextFiring?[][] firings = [.. found.Select(_ => new TextFiring?[_texts.Length])];
        var saes = found.Select(hit => _saes[hit.Sae].Sae).Distinct().ToList();
        if (saes.Count == 0) return firings;
        for (var text = 0; text < _texts.Length; text++)
        {
            cancel.ThrowIfCancellationRequested();
            using var run = new LayerRun(_model, saes, _texts[text], new HookSet(), LogitRows.None);
            for (var n = 0; n < found.Count; n++)
            {
                var (one, feature) = (_saes[found[n].Sae], found[n].Feature);
                double[] values = [.. run.Values(one.Sae, feature).Select((value, i) => _cells[text][i].IsSpecial ? 0 : value)];
                if (FeatureReader.Peak(values, _cells[text]) is ( > 0 and var max, { } position))
                    firings[n][text] = new(position, max, one.Statistics?.Max[feature] is > 0 and var most ? max / most : null, one.Statistics?.Quantile(feature, max), values);
            }
        }
        return firings;
    }

    private readonly record struct Tally(int Texts, double Sum, double Quantiles);
}
