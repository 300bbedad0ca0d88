using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Searching;

/// <summary>An SAE whose features are searched, and which of them pass the filters.</summary>
/// <param name="Sae">The SAE.</param>
/// <param name="Index">Its index; null where it has none.</param>
/// <param name="Label">Its features' names.</param>
/// <param name="Passes">Whether a feature passes the filters; null where every one does.</param>
internal sealed record SearchedSae(LoadedSae Sae, FeatureIndex? Index, Func<int, string?> Label, Func<int, bool>? Passes)
{
    public FeatureStatistics? Statistics => Index?.Statistics;

    /// <summary>Those of <paramref name="saes"/> that the filters leave something of, and why others were left out.</summary>
    public static (IReadOnlyList<SearchedSae> Saes, IReadOnlyList<string> Notes) Of(IReadOnlyList<LoadedSae> saes, SearchRequest request, IndexShelf indexes, FeatureLabels labels, RemarkBook book)
    {
        Check(request);
        var (found, unindexed) = (new List<SearchedSae>(), new List<string>());
        foreach (var sae in saes.Where(sae => request.Layers.Count == 0 || (sae.Layer is { } layer && request.Layers.Contains(layer))))
        {
            var (index, label) = (indexes.Find(sae, null), labels.Lookup(sae));
            var byNumbers = request.MinDensity is not null || request.MaxDensity is not null || request.MinMax is not null;
            if (index is null) unindexed.Add(sae.Name);
            if (index is null && byNumbers) continue;
            found.Add(new(sae, index, label, Filter(sae, request, byNumbers ? index!.Statistics : null, label, book)));
        }
        return (found, unindexed.Count == 0 ? [] : [$"no index: {string.Join(", ", unindexed)}; densities and largest values of their features are not known, and filters by them leave them out"]);
    }

    private static void Check(SearchRequest request)
    {
        OptionException.InRange(request.Top, 1, SearchRequest.MostFeatures, "--top");
        if (request.MinDensity is not (null or >= 0 and <= 1)) throw OptionException.Invalid($"--min-density is {request.MinDensity}, expected 0 to 1.", "0.01 is one token in a hundred.");
        if (request.MaxDensity is not (null or >= 0 and <= 1)) throw OptionException.Invalid($"--max-density is {request.MaxDensity}, expected 0 to 1.", "0.01 is one token in a hundred.");
        if (request.MinMax is { } max && !double.IsFinite(max)) throw OptionException.Invalid("--min-max is not finite, expected a number.", "Leave it out for no bound.");
        if (!(request.Share is > 0 and <= 1)) throw OptionException.Invalid($"--share is {request.Share}, expected above 0 and at most 1.", "1 is in all texts, 0.5 in half of them.");
    }

    private static Func<int, bool>? Filter(LoadedSae sae, SearchRequest request, FeatureStatistics? statistics, Func<int, string?> label, RemarkBook book)
    {
        if (statistics is null && !request.Labelled && !request.Bookmarked) return null;
        var marked = request.Bookmarked ? book.All(sae).Where(entry => entry.Remark.Bookmarked).Select(entry => entry.Remark.Feature).ToHashSet() : null;
        var (least, most, max, labelled) = (request.MinDensity ?? 0, request.MaxDensity ?? 1, request.MinMax ?? double.NegativeInfinity, request.Labelled);
        return feature => (statistics is null || (statistics.Density(feature) is var density && density >= least && density <= most && (statistics.Max[feature] ?? 0) >= max))
            && (marked is null || marked.Contains(feature)) && (!labelled || label(feature) is not null);
    }
}
