using System.Globalization;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Steering;

/// <summary>A feature and how hard it is pushed, as asked: <c>SAE:N=COEF</c>.</summary>
/// <param name="Sae">Its SAE.</param>
/// <param name="Feature">Its index.</param>
/// <param name="Amount">The number.</param>
/// <param name="Unit">What it counts in.</param>
internal sealed record Push(LoadedSae Sae, int Feature, double Amount, PushUnit Unit)
{
    private static readonly (string Suffix, PushUnit Unit)[] Suffixes = [("max", PushUnit.IndexMax), ("x", PushUnit.Natural), ("", PushUnit.Latent)];

    public static Push Parse(string text, Shelves shelves, bool needsAmount)
    {
        var equals = text.LastIndexOf('=');
        if (equals < 0)
        {
            if (needsAmount) throw LabException.BadPush(text);
            var (sae, feature) = shelves.Feature(text);
            return new(sae, feature, 0, PushUnit.Latent);
        }
        var coefficient = text[(equals + 1)..];
        var (suffix, unit) = Suffixes.First(entry => coefficient.EndsWith(entry.Suffix, StringComparison.OrdinalIgnoreCase));
        if (!double.TryParse(coefficient[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) || !double.IsFinite(amount)) throw LabException.BadPush(text);
        var named = shelves.Feature(text[..equals]);
        return new(named.Sae, named.Feature, amount, unit);
    }

    /// <summary>C in units of latents.</summary>
    /// <exception cref="OptionException">The unit has no size here.</exception>
    public double Coefficient(double natural, double? indexMax) => Unit switch
    {
        PushUnit.Latent => Amount,
        PushUnit.Natural => natural > 0 ? Amount * natural : throw OptionException.Invalid(
            $"Feature {Feature} of '{Sae.Name}' does not fire on this prompt, so it has no natural coefficient to multiply.", "Give a coefficient in units of latents, or 0.5max."),
        _ => indexMax is { } max ? Amount * max : throw OptionException.Invalid(
            $"'{Sae.Name}' has no index in which feature {Feature} fires, so its largest value is not known.", "Give a coefficient in units of latents, or build an index with sae index."),
    };
}

/// <summary>What a coefficient counts in.</summary>
internal enum PushUnit
{
    /// <summary>Units of latents.</summary>
    Latent,
    /// <summary>Multiples of the natural coefficient.</summary>
    Natural,
    /// <summary>Multiples of the largest value in the index.</summary>
    IndexMax,
}
