using System.Globalization;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Steering;

/// <summary>A feature and how hard it is pushed, as asked: <c>SAE:N=COEF</c>, or along a rail of layers, <c>SAE:N@RAIL=COEF</c>.</summary>
/// <param name="Sae">Its SAE.</param>
/// <param name="Feature">Its index.</param>
/// <param name="Amount">The number; of a ramp, the one at the rail's first layer.</param>
/// <param name="AmountTo">The number at the rail's last layer.</param>
/// <param name="Unit">What they count in.</param>
/// <param name="Rail">The layers at which its decoder row is used; null for its own hook.</param>
internal sealed record Push(LoadedSae Sae, int Feature, double Amount, double AmountTo, PushUnit Unit, LayerRange? Rail)
{
    private static readonly (string Suffix, PushUnit Unit)[] Suffixes = [("max", PushUnit.IndexMax), ("x", PushUnit.Natural), ("", PushUnit.Latent)];

    public static Push Parse(string text, Shelves shelves, bool needsAmount)
    {
        var equals = text.LastIndexOf('=');
        if (equals < 0 && needsAmount) throw LabException.BadPush(text);
        var place = equals < 0 ? text : text[..equals];
        var at = place.LastIndexOf('@') is var found && found > place.LastIndexOf(':') ? found : -1; // an SAE's own name may hold one
        var rail = at < 0 ? null : LayerRange.Parse(place[(at + 1)..]) ?? throw LabException.BadPush(text);
        var (sae, feature) = shelves.Feature(at < 0 ? place : place[..at]);
        if (equals < 0) return new(sae, feature, 0, 0, PushUnit.Latent, rail);
        var coefficient = text[(equals + 1)..];
        var (suffix, unit) = Suffixes.First(entry => coefficient.EndsWith(entry.Suffix, StringComparison.OrdinalIgnoreCase));
        var ends = coefficient[..^suffix.Length].Split("..");
        if (ends.Length > (rail is null ? 1 : 2)) throw LabException.BadPush(text);
        double[] amounts = [.. ends.Select(end => double.TryParse(end, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) && double.IsFinite(amount) ? amount : throw LabException.BadPush(text))];
        return new(sae, feature, amounts[0], amounts[^1], unit, rail);
    }

    /// <summary>C in units of latents.</summary>
    /// <param name="natural">The natural coefficient.</param>
    /// <param name="indexMax">The largest value in the index.</param>
    /// <param name="along">How far along the rail, 0 to 1.</param>
    /// <exception cref="OptionException">The unit has no size here.</exception>
    public double Coefficient(double natural, double? indexMax, double along = 0)
    {
        var amount = Amount + (AmountTo - Amount) * along;
        return Unit switch
        {
            PushUnit.Latent => amount,
            PushUnit.Natural => natural > 0 ? amount * natural : throw OptionException.Invalid(
                $"Feature {Feature} of '{Sae.Name}' does not fire on this prompt, so it has no natural coefficient to multiply.", "Give a coefficient in units of latents, or 0.5max."),
            _ => indexMax is { } max ? amount * max : throw OptionException.Invalid(
                $"'{Sae.Name}' has no index in which feature {Feature} fires, so its largest value is not known.", "Give a coefficient in units of latents, or build an index with sae index."),
        };
    }
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
