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

    /// <summary>What the prompt does with it; null until it was read.</summary>
    public FollowedFeature? Natural { get; private set; }

    /// <summary>Mean ‖h‖ of the prompt's own tokens at the feature's layer.</summary>
    public double? MeanNorm { get; private set; }

    /// <summary><c>SAE:N</c>.</summary>
    public string Id => $"{Sae.Name}:{Feature}";

    /// <summary>The largest coefficient the slider offers, either way.</summary>
    public double Range => Math.Max(Math.Abs(Coefficient ?? 0), Math.Max(4 * (Natural?.Max ?? 0), 2 * (Natural?.IndexMax ?? 0))) is var range and > 0 ? range : MeanNorm ?? 10;

    /// <summary>Takes what was read, and where no coefficient was chosen yet, the natural one (half the largest where the prompt does not use the feature).</summary>
    public void Measure(ReadResult read)
    {
        Natural = read.Followed.FirstOrDefault(followed => followed.Sae == Sae.Name && followed.Feature == Feature);
        var layer = read.Layers.FirstOrDefault(layer => layer.Sae == Sae.Name);
        MeanNorm = layer?.Tokens.Where((_, i) => !read.Tokens[i].IsSpecial).Select(token => token.Norm).DefaultIfEmpty(0).Average();
        Coefficient ??= Natural is { Max: > 0 } ? Natural.Max : Natural?.IndexMax / 2 ?? MeanNorm / 4;
    }

    /// <summary>Reads <c>SAE:N</c> or <c>SAE:N=C</c>; null where no such SAE or feature is there.</summary>
    public static SteeringChoice? Parse(string text, IReadOnlyList<SaeInfo> saes)
    {
        var equals = text.LastIndexOf('=');
        var name = equals < 0 ? text : text[..equals];
        var colon = name.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(name[(colon + 1)..], out var feature)) return null;
        var sae = saes.FirstOrDefault(sae => sae.Name == name[..colon]);
        if (sae is null || feature < 0 || feature >= sae.DSae) return null;
        return new(sae, feature) { Coefficient = equals > 0 && Figures.TryRead(text[(equals + 1)..], out var c) ? c : null };
    }
}
