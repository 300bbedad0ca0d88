using System.Globalization;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>The <c>attribute</c> of filters such as <c>map</c>: names and places parted by points.</summary>
internal static class AttributePath
{
    /// <summary>What stands at the path; <paramref name="byDefault"/> where that is undefined.</summary>
    public static Value Of(Value item, Value? path, Value? byDefault = null)
    {
        if (path is null or NoneValue) return item;
        if (path is not TextValue names) return Lookup.Item(item, path);
        foreach (var name in names.Text.Split('.'))
        {
            item = Lookup.Item(item, name.Length > 0 && name.All(char.IsAsciiDigit) && int.TryParse(name, CultureInfo.InvariantCulture, out var place) ? IntValue.Of(place) : new TextValue(name));
            if (item is UndefinedValue && byDefault is not (null or NoneValue)) item = byDefault;
        }
        return item;
    }
}
