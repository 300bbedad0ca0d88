using System.Globalization;

namespace SaeSharp.Lab.Steering;

/// <summary>Layers of a model: <c>3</c>, <c>2..5</c> or <c>all</c>.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last; null for the model's last.</param>
internal sealed record LayerRange(int First, int? Last)
{
    /// <summary>Null where the text is none of these.</summary>
    public static LayerRange? Parse(string text)
    {
        if (text == "all") return new(0, null);
        var ends = text.Split("..");
        if (ends.Length > 2 || !ends.All(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out _))) return null;
        int[] layers = [.. ends.Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
        return layers[0] <= layers[^1] ? new(layers[0], layers[^1]) : null;
    }

    /// <summary>The layers in a model of <paramref name="layers"/> layers, in order.</summary>
    /// <exception cref="OptionException">The model has no such layer.</exception>
    public IReadOnlyList<int> In(int layers) => (Last ?? layers - 1) < layers
        ? [.. Enumerable.Range(First, (Last ?? layers - 1) - First + 1)]
        : throw OptionException.Invalid($"There is no layer {Last}: the model has layers 0 to {layers - 1}.", "Choose layers in that range, or all.");
}
