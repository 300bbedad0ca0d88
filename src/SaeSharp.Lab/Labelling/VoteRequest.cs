namespace SaeSharp.Lab.Labelling;

/// <summary>Say whether a name of a feature fits; or show what was said. Everybody has one vote on each name; a new one takes the place of the old one. A name that is changed begins without votes.</summary>
public sealed record VoteRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched.</summary>
    public required string Sae { get; init; }
    /// <summary>The feature's index, from 0.</summary>
    public required int Feature { get; init; }
    /// <summary>up: the name fits; down: it does not; none: your vote is taken back. Left out: the votes are shown.</summary>
    public Vote? Vote { get; init; }
    /// <summary>The name that is voted on, where the feature has several; left out: the one that is shown first.</summary>
    public string? Label { get; init; }
}

/// <summary>The names of a feature, with the votes on each.</summary>
/// <param name="Sae">Its SAE.</param>
/// <param name="Feature">Its index.</param>
/// <param name="Labels">Its names, a person's first.</param>
public sealed record VoteResult(string Sae, int Feature, IReadOnlyList<FeatureLabel> Labels);
