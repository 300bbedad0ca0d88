using System.Globalization;
using System.Text.Json.Serialization;
using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Lab.Demo.Labels;

/// <summary>A known concept that a feature matches, measured on texts that did not choose it.</summary>
/// <param name="Sae">The SAE.</param>
/// <param name="Feature">The feature.</param>
/// <param name="Concept">The concept's name in the demo world.</param>
/// <param name="Kind">word or state.</param>
/// <param name="Auroc">Chance that the feature is larger on a token with the concept than on one without.</param>
/// <param name="F1">F1 at the best threshold; null where another feature of the SAE has a better one.</param>
/// <param name="Place">Where alone it was measured, e.g. "the last prompt token"; null for all tokens.</param>
public sealed record TruthLabel(string Sae, int Feature, string Concept, ConceptKind Kind, double Auroc, double? F1, string? Place = null)
{
    /// <summary>The label as it is shown, with its evidence.</summary>
    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture, $"matches '{Concept}'{(Place is null ? "" : $" at {Place}")}, AUROC {Auroc:0.00}{(F1 is { } f1 ? $", F1 {f1:0.00}" : "")} on held-out text");
}
