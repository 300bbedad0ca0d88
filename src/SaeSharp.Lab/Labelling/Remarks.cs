using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>Writes and lists what people say about features.</summary>
internal sealed class Remarks(Shelves shelves, RemarkBook book)
{
    public LabelResult Of(LabelRequest request)
    {
        if (request.Sae is null || request.Feature is not { } feature)
        {
            if (request.Changes) throw OptionException.Invalid("A name, a note or a bookmark was given without a feature.", "Name the SAE and the feature's number: sae label SAE N --label TEXT.");
            return List(request.Sae is null ? null : shelves.Saes.Get(request.Sae));
        }
        var sae = shelves.Saes.Get(request.Sae);
        sae.RequireFeature(feature);
        if (request.Changes) book.Write(sae, feature, request);
        return new([book.Find(sae, feature) ?? new(sae.Name, feature, null, null, false, null)]);
    }

    /// <summary>Names are those that the weights have in the workspace now.</summary>
    private LabelResult List(LoadedSae? only)
    {
        var all = book.All(only);
        if (only is not null) return new([.. all.Select(entry => entry.Remark with { Sae = only.Name })]);
        var now = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in shelves.Saes.Names.Concat(shelves.Saes.Visited))
            if (Weights(name) is { } weights) now.TryAdd(weights, name);
        return new([.. all.Select(entry => entry.Remark with { Sae = now.GetValueOrDefault(entry.Weights, entry.Remark.Sae) })]);
    }

    private string? Weights(string name)
    {
        try
        {
            return shelves.Saes.Get(name).WeightsSha256;
        }
        catch (SaeSharpException)
        {
            return null; // an SAE that cannot be read keeps no other from being listed
        }
    }
}
