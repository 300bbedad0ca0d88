using System.Globalization;
using System.Text.Json;
using SaeSharp.Lab;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Cli.Binding;

/// <summary>Reads the value of a flag for a property's type.</summary>
internal static class ValueText
{
    /// <summary>The value, or the word for what was expected.</summary>
    public static (object? Value, string? Expected) Parse(string text, Type type)
    {
        var of = Nullable.GetUnderlyingType(type) ?? type;
        if (of == typeof(string)) return (text, null);
        if (of == typeof(int)) return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? (whole, null) : (null, "a whole number");
        if (of == typeof(long)) return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? (large, null) : (null, "a whole number");
        if (of == typeof(double)) return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? (number, null) : (null, "a number");
        if (of == typeof(EditPositions)) return (EditPositions.Parse(text), null);
        if (of == typeof(IReadOnlyList<int>)) return Ids(text);
        if (of.IsGenericType && of.GetGenericTypeDefinition() == typeof(OneOrMore<>)) return Several(text, of);
        if (!of.IsEnum) throw new NotSupportedException($"No flag can hold a {of}.");
        foreach (var value in Enum.GetValues(of))
            if (Word(value) == text) return (value, null);
        return (null, string.Join(" or ", Enum.GetValues(of).Cast<object>().Select(Word)));
    }

    /// <summary>A default as a person would write it; null where there is nothing to say.</summary>
    public static string? Show(object? value) => value switch
    {
        null or false or "" => null,
        Enum word => Word(word),
        System.Collections.IEnumerable several and not string => string.Join(',', several.Cast<object>().Select(Show)) is { Length: > 0 } all ? all : null,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        _ => null,
    };

    /// <summary>Values with commas between them.</summary>
    private static (object?, string?) Several(string text, Type several)
    {
        var type = several.GetGenericArguments()[0];
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var values = Array.CreateInstance(type, parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            var (value, expected) = Parse(parts[i], type);
            if (expected is not null) return (null, $"{expected}, or several with commas between them");
            values.SetValue(value, i);
        }
        return (Activator.CreateInstance(several, values), null);
    }

    private static (object?, string?) Ids(string text)
    {
        var ids = new List<int>();
        foreach (var part in text.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return (null, "token ids such as 1,2,3");
            ids.Add(id);
        }
        return (ids, null);
    }

    private static string Word(object value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()!);
}
