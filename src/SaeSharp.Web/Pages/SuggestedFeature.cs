using SaeSharp.Lab.Reading;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web.Pages;

/// <summary>A feature that a prompt uses much, to be pushed.</summary>
/// <param name="Id"><c>SAE:N</c>.</param>
/// <param name="Name">Its place, number, token and share of its largest value.</param>
internal sealed record SuggestedFeature(string Id, string Name)
{
    private const int Most = 8;
    private const double Dense = 0.1; // what fires on more of all tokens says little about this prompt

    /// <summary>The features that a prompt uses most, as shares of their largest values in the index.</summary>
    public static IReadOnlyList<SuggestedFeature> Of(ReadResult read) =>
        [.. read.Layers.SelectMany(layer => layer.Tokens.Where((_, i) => !read.Tokens[i].IsSpecial)
                .SelectMany(token => token.Features.Select(feature => (layer, token.Position, feature))))
            .Where(place => place.feature.OfMax is not null && place.feature.Density < Dense)
            .OrderByDescending(place => place.feature.OfMax).ThenBy(place => place.feature.Feature)
            .DistinctBy(place => (place.layer.Sae, place.feature.Feature)).Take(Most)
            .Select(place => new SuggestedFeature($"{place.layer.Sae}:{place.feature.Feature}",
                $"{Links.Short(place.layer.Layer, place.layer.Hook)} · {place.feature.Feature} at “{VisibleText.Token(read.Tokens[place.Position].Text)}”, {Figures.Share(place.feature.OfMax)}"))];
}
