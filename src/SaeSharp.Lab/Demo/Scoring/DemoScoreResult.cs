using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>What was found.</summary>
public sealed record DemoScoreResult
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>Tokens chosen on, and as many measured on.</summary>
    public required int Tokens { get; init; }
    /// <summary>Each concept, token by token: the best latent of all SAEs and layers.</summary>
    public required IReadOnlyList<ConceptScore> Concepts { get; init; }
    /// <summary>The same for sentences: the largest value of a latent in a sentence against whether the sentence holds the concept. Without the untrained dictionary beside it such a score means nothing.</summary>
    public required IReadOnlyList<ConceptScore> Sentences { get; init; }
    /// <summary>The harmful request at the last prompt token, on unseen pairs and unseen frames.</summary>
    public required RequestScore? Harmful { get; init; }
    /// <summary>The same at every position, for all mixtures of seen and unseen; the layer chosen at each position.</summary>
    public required IReadOnlyList<RequestScore> Requests { get; init; }
    /// <summary>Means over concepts, SAE by SAE.</summary>
    public required IReadOnlyList<SaeScore> Saes { get; init; }
    /// <summary>Means over concepts of what has no dictionary, layer by layer.</summary>
    public required IReadOnlyList<LayerScore> Layers { get; init; }
    /// <summary>Parents whose latent keeps silent where a child's speaks.</summary>
    public required IReadOnlyList<AbsorptionScore> Absorption { get; init; }
    /// <summary>Time.</summary>
    public required double Seconds { get; init; }
}

/// <summary>How well a concept was found. Everything was chosen on one half of the text and measured on the other.</summary>
/// <param name="Name">The concept.</param>
/// <param name="Kind">word or state.</param>
/// <param name="Auroc">AUROC of the best latent.</param>
/// <param name="F1">F1 of the best latent and threshold, which may be others.</param>
/// <param name="Layer">Layer of the best latent by AUROC.</param>
/// <param name="Feature">The latent.</param>
/// <param name="Probe">AUROC of a logistic probe, at the layer where that is best.</param>
/// <param name="Coordinate">AUROC of the best coordinate of any layer.</param>
/// <param name="Untrained">AUROC of the best latent of an untrained dictionary at any layer.</param>
/// <param name="Difference">AUROC of the mean difference at its best layer.</param>
/// <param name="Sae">The SAE of the best latent.</param>
/// <param name="F1Feature">The latent with the best F1, SAE:N.</param>
/// <param name="Parts">Latents that are right in nine of ten rows and cover a twentieth or more, in the SAE of the best latent: more than one where the concept is split.</param>
/// <param name="SparseProbe">Latents that a sparse probe on that SAE needs to come within 0.01 of the probe; null where 64 do not suffice.</param>
/// <param name="Share">Share of the measured rows that have it.</param>
public sealed record ConceptScore(
    string Name, ConceptKind Kind, double Auroc, double F1, int? Layer, int Feature, double Probe, double Coordinate, double Untrained, double Difference, string Sae, string F1Feature, int Parts,
    int? SparseProbe, double Share);

/// <summary>How well harmful requests are told from harmless ones at one position, tails that give the verdict away left out.</summary>
/// <param name="Auroc">AUROC of the best latent.</param>
/// <param name="Probe">AUROC of a logistic probe.</param>
/// <param name="Layer">Layer of the best latent.</param>
/// <param name="Feature">The latent.</param>
/// <param name="Position">frame, verb, decisive, end, assistant or colon.</param>
/// <param name="Pairs">seen or unseen: verb and object.</param>
/// <param name="Frames">seen or unseen: the way of asking.</param>
/// <param name="Sae">The SAE.</param>
/// <param name="Untrained">AUROC of the best latent of an untrained dictionary.</param>
/// <param name="Requests">Requests measured on.</param>
public sealed record RequestScore(double Auroc, double Probe, int? Layer, int Feature, string Position, string Pairs, string Frames, string Sae, double Untrained, int Requests);

/// <summary>Means over concepts of one SAE's best latents.</summary>
/// <param name="Sae">The SAE.</param>
/// <param name="Hook">Where it reads.</param>
/// <param name="L0">Latents on a token.</param>
/// <param name="Word">Of word concepts.</param>
/// <param name="State">Of state concepts.</param>
/// <param name="SentenceState">Of state concepts, by sentence.</param>
/// <param name="Concepts">Each concept's best latent.</param>
public sealed record SaeScore(string Sae, string Hook, double L0, MeanScore Word, MeanScore State, MeanScore SentenceState, IReadOnlyList<LatentScore> Concepts);

/// <summary>A concept's best latents in one SAE.</summary>
/// <param name="Name">The concept.</param>
/// <param name="Auroc">AUROC of the best.</param>
/// <param name="Feature">The latent.</param>
/// <param name="F1">F1 of the best.</param>
/// <param name="F1Feature">The latent.</param>
public sealed record LatentScore(string Name, double Auroc, int Feature, double F1, int F1Feature);

/// <summary>Means over the concepts of a kind.</summary>
/// <param name="Auroc">Mean AUROC.</param>
/// <param name="F1">Mean F1; null where there is no threshold.</param>
/// <param name="Found">Share of concepts with an AUROC of 0.95 or more.</param>
public sealed record MeanScore(double Auroc, double? F1, double Found);

/// <summary>Means over concepts of what has no dictionary, at one hook.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Kind">word or state.</param>
/// <param name="Probe">Logistic probe.</param>
/// <param name="Difference">Mean difference.</param>
/// <param name="Coordinate">Best coordinate.</param>
/// <param name="Untrained">Untrained dictionary of the same size.</param>
public sealed record LayerScore(string Hook, ConceptKind Kind, MeanScore Probe, MeanScore Difference, MeanScore Coordinate, MeanScore Untrained);

/// <summary>Whether a parent's latent keeps silent on a child's rows.</summary>
/// <param name="Parent">The parent.</param>
/// <param name="Child">The child.</param>
/// <param name="Sae">The SAE.</param>
/// <param name="ParentFeature">The parent's latent by F1.</param>
/// <param name="ChildFeature">The child's.</param>
/// <param name="Absorbed">Of the child's rows: share where the child's latent says yes and the parent's says no.</param>
/// <param name="MissedElsewhere">Of the parent's other rows: share where the parent's latent says no. Absorption is what the first has above this.</param>
public sealed record AbsorptionScore(string Parent, string Child, string Sae, int ParentFeature, int ChildFeature, double Absorbed, double MissedElsewhere);
