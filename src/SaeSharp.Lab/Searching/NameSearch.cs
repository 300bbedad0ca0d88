using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Searching;

/// <summary>Searches features by what they are called.</summary>
internal static class NameSearch
{
    public static SearchFinding Of(SearchRequest request, IReadOnlyList<SearchedSae> saes, LabelIndexCache names, LanguageModel? model)
    {
        var index = names.Of([.. saes.Select(one => one.Sae)], model);
        var found = index.Search(request.Label!, (sae, feature) => saes[sae].Passes?.Invoke(feature) != false, request.Top, out var compared);
        return new([.. found.Select(hit => new FoundFeature(saes[hit.Sae], hit.Feature, hit.Score))], compared, [],
            index.Count == 0 ? ["no feature of these SAEs has a name yet: sae label SAE N --label TEXT, or the feature's page"] : []);
    }
}
