using System.Globalization;
using SaeSharp.Lab.Reading;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web.Pages;

/// <summary>A feature that a person chose to push, and what it does on the prompt by itself.</summary>
public sealed class SteeringChoice(SaeInfo sae, int feature)
{
    /// <summary>Its SAE.</summary>
    public SaeInfo Sae { get; } = sae;

    /// <summary>Its index.</summary>
    public int Feature { get; } = feature;

    /// <summary>C, in units of latents; null until it was measured or chosen.</summary>
    public double? Coefficient { get; set; }

    /// <summary>C by layer, where the feature's direction is pushed along a rail; empty where it is pushed at its own hook.</summary>
    public SortedDictionary<int, double> Rail { get; } = [];

    /// <summary>What the prompt does with it; null until it was read.</summary>
    public FollowedFeature? Natural { get; private set; }

    /// <summary>Mean ‖h‖ of the prompt's own tokens at the feature's layer.</summary>
    public double? MeanNorm { get; private set; }

    /// <summary><c>SAE:N</c>.</summary>
    public string Id => $"{Sae.Name}:{Feature}";

    /// <summary>What is asked for: <c>SAE:N=C</c>, or one <c>SAE:N@LAYER=C</c> for each layer that is pushed.</summary>
    public IEnumerable<string> Pushes => Rail.Count == 0
        ? [$"{Id}={(Coefficient ?? 0).ToString("R", CultureInfo.InvariantCulture)}"]
        : Rail.Where(entry => entry.Value != 0).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{Id}@{entry.Key}={entry.Value:R}"));

    /// <summary>The largest coefficient the slider offers, either way.</summary>
    public double Range => new[] { Math.Abs(Coefficient ?? 0), 4 * (Natural?.Max ?? 0), 2 * (Natural?.IndexMax ?? 0), Rail.Values.Select(Math.Abs).DefaultIfEmpty(0).Max() }.Max() is var range and > 0 ? range : MeanNorm ?? 10;

    /// <summary>Takes what was read, and where no coefficient was chosen yet, the natural one (half the largest where the prompt does not use the feature).</summary>
    public void Measure(ReadResult read)
    {
        ArgumentNullException.ThrowIfNull(read);
        Natural = read.Followed.FirstOrDefault(followed => followed.Sae == Sae.Name && followed.Feature == Feature);
        var layer = read.Layers.FirstOrDefault(layer => layer.Sae == Sae.Name);
        MeanNorm = layer?.Tokens.Where((_, i) => !read.Tokens[i].IsSpecial).Select(token => token.Norm).DefaultIfEmpty(0).Average();
        Coefficient ??= Natural is { Max: > 0 } ? Natural.Max : Natural?.IndexMax / 2 ?? MeanNorm / 4;
    }

    /// <summary>Reads <c>SAE:N</c>, <c>SAE:N=C</c> and <c>SAE:N@LAYER=C</c>, those of one feature together; what names no SAE or feature that is there is left out.</summary>
    public static IReadOnlyList<SteeringChoice> ParseAll(IEnumerable<string> texts, IReadOnlyList<SaeInfo> saes)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var choices = new List<SteeringChoice>();
        foreach (var text in texts)
        {
            var equals = text.LastIndexOf('=');
            var place = equals < 0 ? text : text[..equals];
            var at = place.LastIndexOf('@') is var found && found > place.LastIndexOf(':') ? found : -1;
            var (layer, c) = (-1, 0.0);
            if (at >= 0 && !int.TryParse(place[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out layer)) continue;
            var hasC = equals > 0 && Figures.TryRead(text[(equals + 1)..], out c);
            if (Parse(at < 0 ? place : place[..at], saes) is not { } parsed) continue;
            var choice = choices.FirstOrDefault(other => other.Id == parsed.Id);
            if (choice is null) choices.Add(choice = parsed);
            if (hasC) choice.Coefficient ??= c;
            if (at >= 0 && hasC) choice.Rail[layer] = c;
        }
        return choices;
    }

    /// <summary>Reads <c>SAE:N</c>; null where no such SAE or feature is there.</summary>
    public static SteeringChoice? Parse(string name, IReadOnlyList<SaeInfo> saes)
    {
        ArgumentNullException.ThrowIfNull(name);
        var colon = name.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(name[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var feature)) return null;
        var sae = saes.FirstOrDefault(sae => sae.Name == name[..colon]);
        return sae is null || feature >= sae.DSae ? null : new(sae, feature);
    }
}
