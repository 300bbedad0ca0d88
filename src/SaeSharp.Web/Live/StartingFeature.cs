using SaeSharp.Lab;
using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Web.Live;

/// <summary>A feature worth looking at on a prompt: one whose meaning is known, else the one nearest to its own largest value.</summary>
internal static class StartingFeature
{
    /// <summary>Features on more than this share of all tokens seldom stand for one thing.</summary>
    private const double MostDense = 0.1;

    public static async Task<(string Sae, int Feature)?> Of(Workspace workspace, string model, string prompt, string? token, IReadOnlyList<string> saes, CancellationToken cancel)
    {
        if (prompt.Length == 0 || saes.Count == 0) return null;
        var (read, labels) = (await workspace.Read(new() { Model = model, Prompt = prompt, Saes = saes, Top = 8 }, cancel: cancel), await workspace.TruthLabels(cancel));
        return Best(read, token, labels);
    }

    /// <param name="read">The prompt.</param>
    /// <param name="token">The token it has to fire on, where that is in the prompt.</param>
    /// <param name="labels">What is known.</param>
    public static (string Sae, int Feature)? Best(ReadResult read, string? token, TruthLabels labels)
    {
        var asked = read.Tokens.Where(cell => cell.Text.Trim() == token).Select(cell => cell.Position).ToHashSet();
        var firing = read.Layers.SelectMany(layer => layer.Tokens.Where((_, i) => asked.Count > 0 ? asked.Contains(i) : !read.Tokens[i].IsSpecial).SelectMany(token => token.Features.Select(feature => (layer.Sae, Reading: feature)))).ToList();
        var known = firing.Select(place => (place.Sae, place.Reading.Feature, Label: labels.Of(place.Sae, place.Reading.Feature).FirstOrDefault(label => label.Kind == ConceptKind.Word)))
            .Where(place => place.Label?.F1 is not null).OrderByDescending(place => place.Label!.F1).ToList();
        if (known is [var best, ..]) return (best.Sae, best.Feature);
        return firing.Where(place => place.Reading.Density is null or < MostDense).OrderByDescending(place => place.Reading.OfMax ?? 0).ThenByDescending(place => place.Reading.Value)
            .Select(place => ((string, int)?)(place.Sae, place.Reading.Feature)).FirstOrDefault();
    }

    /// <summary>Reads <c>SAE:N</c>; null where it is no such text.</summary>
    public static (string Sae, int Feature)? Parse(string? text) =>
        text?.LastIndexOf(':') is > 0 and var colon && int.TryParse(text[(colon + 1)..], out var feature) && feature >= 0 ? (text[..colon], feature) : null;
}
