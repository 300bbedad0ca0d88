using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>Writes and lists what people say about features.</summary>
internal sealed class Remarks(Shelves shelves, RemarkBook book, FeatureLabels labels, VoteBook votes)
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

    /// <summary>Votes on a name, and shows the votes.</summary>
    public VoteResult Of(VoteRequest request)
    {
        var sae = shelves.Saes.Get(request.Sae);
        sae.RequireFeature(request.Feature);
        var all = labels.All(sae, request.Feature);
        if (request.Vote is not { } vote) return new(sae.Name, request.Feature, all);
        if (all.Count == 0) throw OptionException.Invalid($"Feature {request.Feature} of '{sae.Name}' has no name to vote on.", "Give it one: sae label SAE N --label TEXT.");
        if (request.Label is { } asked && !all.Any(label => label.Text == asked)) throw OptionException.Invalid($"Feature {request.Feature} of '{sae.Name}' is not called '{(asked.Length > 60 ? $"{asked[..60]}..." : asked)}'.", $"It is called: {string.Join(", ", all.Select(label => $"'{label.Text}'"))}.");
        votes.Cast(sae, request.Feature, request.Label ?? all[0].Text, vote);
        return new(sae.Name, request.Feature, labels.All(sae, request.Feature));
    }

    /// <summary>Names are those that the weights have in the workspace now.</summary>
    private LabelResult List(LoadedSae? only)
    {
        var all = book.All(only);
        if (only is not null) return new([.. all.Select(entry => entry.Remark with { Sae = only.Name })]);
        var now = shelves.SaesByWeights();
        return new([.. all.Select(entry => entry.Remark with { Sae = now.TryGetValue(entry.Weights, out var sae) ? sae.Name : entry.Remark.Sae })]);
    }
}
