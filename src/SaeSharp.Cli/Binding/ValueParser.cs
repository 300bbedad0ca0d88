using System.Globalization;
using System.Text.RegularExpressions;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Cli.Binding;

/// <summary>Text of a flag → value of a property, the same in every culture.</summary>
internal static partial class ValueParser
{
    /// <exception cref="UsageException">The text is no such value.</exception>
    public static object Parse(string flag, string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(string)) return text;
        if (type == typeof(EditPositions)) return EditPositions.Parse(text);
        if (type == typeof(int)) return int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var i) ? i : throw UsageException.NotA(flag, text, "a whole number");
        if (type == typeof(long)) return long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var l) ? l : throw UsageException.NotA(flag, text, "a whole number");
        if (type == typeof(double)) return double.TryParse(text, NumberStyles.Float, culture, out var d) && double.IsFinite(d) ? d : throw UsageException.NotA(flag, text, "a number");
        if (type.IsEnum)
            return Enum.GetNames(type).FirstOrDefault(name => Words(name) == text) is { } found ? Enum.Parse(type, found) : throw UsageException.NotA(flag, text, Choices(type));
        if (typeof(IReadOnlyList<int>).IsAssignableFrom(type) || type == typeof(IReadOnlyList<int>)) return text.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => (int)Parse(flag, part, typeof(int))).ToArray();
        throw new NotSupportedException($"{flag}: no command-line form for {type.Name}.");
    }

    /// <summary>The words an enum's flag takes: <c>document, packed</c>.</summary>
    public static string Choices(Type type) => string.Join(" or ", Enum.GetNames(type).Select(Words));

    private static string Words(string name) => Capital().Replace(name, "-$0").ToLowerInvariant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Capital();
}
