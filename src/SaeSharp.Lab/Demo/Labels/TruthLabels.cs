using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Lab.Demo.Labels;

/// <summary>What is known about the features of a demo's SAEs.</summary>
public sealed class TruthLabels
{
    /// <summary>A label is worth showing from this AUROC on, or where it is right about half the time it speaks.</summary>
    private const double LeastAuroc = 0.9, LeastF1 = 0.5;
    private readonly ILookup<(string Sae, int Feature), TruthLabel> _byFeature;

    /// <param name="labels">All labels.</param>
    public TruthLabels(IReadOnlyList<TruthLabel> labels) => (All, _byFeature) = (labels, labels.ToLookup(label => (label.Sae, label.Feature)));

    /// <summary>No labels: a workspace of which nothing is known.</summary>
    public static TruthLabels None { get; } = new([]);

    /// <summary>Every label.</summary>
    public IReadOnlyList<TruthLabel> All { get; }

    /// <summary>Labels of a feature, the one that fits best first. F1 decides: what fires on all storms also has a high AUROC for lightning, but not a high F1.</summary>
    public IReadOnlyList<TruthLabel> Of(string sae, int feature) =>
        [.. _byFeature[(sae, feature)].OrderByDescending(label => label.Place is not null).ThenByDescending(label => label.F1 ?? 0).ThenByDescending(label => label.Auroc)];

    /// <summary>The labels that a score gives: of every SAE each concept's best latent, where it is good enough to be named after it.</summary>
    internal static TruthLabels From(DemoScoreResult score)
    {
        var kinds = score.Concepts.ToDictionary(concept => concept.Name, concept => concept.Kind);
        var labels = score.Saes.SelectMany(sae => sae.Concepts.Select(concept => new TruthLabel(
            sae.Sae, concept.Feature, concept.Name, kinds[concept.Name], concept.Auroc, concept.F1Feature == concept.Feature ? concept.F1 : null)));
        var harmful = score.Harmful is { } best ? [new TruthLabel(best.Sae, best.Feature, "harmful-request", ConceptKind.State, best.Auroc, null, "the last prompt token")] : Array.Empty<TruthLabel>();
        return new([.. labels.Concat(harmful).Where(label => label.Auroc >= LeastAuroc || label.F1 >= LeastF1)]);
    }
}
