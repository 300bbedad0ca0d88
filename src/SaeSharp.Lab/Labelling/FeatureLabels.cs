using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>Names of features from every source together.</summary>
internal sealed class FeatureLabels(IReadOnlyList<LabelSource> sources, VoteBook votes)
{
    private readonly LabelSource[] _sources = [.. sources.OrderBy(source => source.Origin)];

    /// <summary>All names of one feature with the votes on each, a person's first.</summary>
    public IReadOnlyList<FeatureLabel> All(LoadedSae sae, int feature) =>
        votes.Counted(sae, feature, [.. _sources.Select(source => source.Of(sae).TryGetValue(feature, out var text) ? new FeatureLabel(source.Origin, text) : null).OfType<FeatureLabel>()]);

    /// <summary>The names of each source that has any for this SAE, a person's first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<int, string>> Of(LoadedSae sae) => [.. _sources.Select(source => source.Of(sae)).Where(names => names.Count > 0)];

    /// <summary>Looks up one SAE's features: the first name of each, null where it has none.</summary>
    public Func<int, string?> Lookup(LoadedSae sae)
    {
        var all = Of(sae);
        return feature =>
        {
            foreach (var names in all)
                if (names.TryGetValue(feature, out var text)) return text;
            return null;
        };
    }
}
