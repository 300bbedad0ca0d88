using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>How one value is to be formatted: the part behind <c>%</c> or, in braces, behind the colon.</summary>
/// <param name="Fill">What fills it up.</param>
/// <param name="Align">&lt; left, &gt; right, ^ middle, = behind the sign; none for the type's own.</param>
/// <param name="Sign">+ or a space before a number that is not negative.</param>
/// <param name="Width">Least width.</param>
/// <param name="Thousands">What parts thousands.</param>
/// <param name="Precision">Digits after the point, or most characters of a text.</param>
/// <param name="Type">The letter that says how; none for the value's own.</param>
internal sealed partial record FormatSpec(char Fill = ' ', char? Align = null, char? Sign = null, int Width = 0, string Thousands = "", int? Precision = null, char? Type = null)
{
    private const int MaxPrecision = 350;

    /// <summary>Reads what stands behind the colon of a brace.</summary>
    public static FormatSpec Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success) throw ChatTemplateException.WrongValue("Invalid format specifier");
        int? Number(string group) => match.Groups[group] is { Success: true } found
            ? int.TryParse(found.Value, CultureInfo.InvariantCulture, out var number) ? number : throw ChatTemplateException.WrongValue("Too many decimal digits in format string")
            : null;
        char? Letter(string group) => match.Groups[group] is { Success: true, Value: [var letter, ..] } ? letter : null;
        var zero = match.Groups["zero"].Success;
        return new(Letter("fill") ?? (zero ? '0' : ' '), Letter("align") ?? (zero ? '=' : null), Letter("sign"), Number("width") ?? 0, match.Groups["thousands"].Value, Number("precision"), Letter("type"));
    }

    public TextValue Apply(RenderingRun run, Value value)
    {
        run.Make(Width);
        if (value is TextValue text) return Padded(run, Precision is { } most && most < text.Length ? text.Slice(0, most) : text, '<');
        if (!Numbers.Are(value) || value is BoolValue && Type is null) return Padded(run, PythonText.Of(run, value), '<');
        var (digits, isNegative) = Digits(value);
        var sign = isNegative ? "-" : Sign is '+' or ' ' ? Sign.ToString()! : "";
        if (Thousands.Length > 0) digits = Parted(digits);
        if (Align == '=') digits = digits.PadLeft(Math.Max(Width - sign.Length, 0), Fill);
        return Padded(run, new(sign + digits), '>');
    }

    private (string Digits, bool IsNegative) Digits(Value value)
    {
        if (Type is 'd' or 'x' or 'X' or 'o' or 'b' or 'n' or null && Numbers.AsWhole(value) is { } whole)
        {
            var number = BigInteger.Abs(whole);
            var text = Type switch
            {
                'x' => number.ToString("x", CultureInfo.InvariantCulture).TrimStart('0'),
                'X' => number.ToString("X", CultureInfo.InvariantCulture).TrimStart('0'),
                'o' => Octal(number),
                'b' => number.ToString("b", CultureInfo.InvariantCulture).TrimStart('0'),
                _ => number.ToString(CultureInfo.InvariantCulture),
            };
            return (text.Length == 0 ? "0" : text, whole.Sign < 0);
        }
        if (Type is not (null or 'f' or 'F' or 'e' or 'E' or 'g' or 'G' or '%')) throw ChatTemplateException.WrongValue($"Unknown format code '{Type}' for object of type '{value.TypeName}'");
        if (Precision > MaxPrecision) throw ChatTemplateException.WrongValue("precision too big");
        var real = Numbers.AsDouble(value);
        var absolute = Math.Abs(real);
        if (!double.IsFinite(real)) return (FloatText.Of(absolute), real < 0);
        return (Type switch
        {
            null when Precision is null => FloatText.Of(absolute),
            'f' or 'F' => ExactDecimal.Fixed(absolute, Precision ?? 6),
            'e' or 'E' => Exponential(absolute, Precision ?? 6, Type.Value),
            '%' => ExactDecimal.Fixed(absolute * 100, Precision ?? 6) + "%",
            _ => General(absolute, Math.Max(Precision ?? 6, 1), Type ?? 'g'),
        }, double.IsNegative(real));
    }

    private static string Exponential(double number, int precision, char letter) =>
        number.ToString($"{letter}{precision}", CultureInfo.InvariantCulture) is var text && text.IndexOf(letter, StringComparison.Ordinal) is var at
            ? $"{text[..(at + 2)]}{int.Parse(text[(at + 2)..], CultureInfo.InvariantCulture):00}" : "";

    private static string General(double number, int precision, char letter)
    {
        var exponential = Exponential(number, precision - 1, letter == 'g' ? 'e' : 'E');
        var exponent = number == 0 ? 0 : int.Parse(exponential.Split('e', 'E')[1], CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < precision) return WithoutZeros(ExactDecimal.Fixed(number, precision - 1 - exponent));
        var parts = exponential.Split('e', 'E');
        return $"{WithoutZeros(parts[0])}{(letter == 'g' ? 'e' : 'E')}{parts[1]}";
    }

    private static string WithoutZeros(string text) => text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;

    private static string Octal(BigInteger number)
    {
        var digits = "";
        for (; !number.IsZero; number >>= 3) digits = (char)('0' + (int)(number & 7)) + digits;
        return digits;
    }

    private string Parted(string digits)
    {
        var point = digits.IndexOf('.', StringComparison.Ordinal) is var found and >= 0 ? found : digits.Length;
        for (var at = point - 3; at > 0; at -= 3) digits = digits.Insert(at, Thousands);
        return digits;
    }

    private TextValue Padded(RenderingRun run, TextValue text, char own)
    {
        var missing = Width - text.Length;
        if (missing <= 0) return text;
        var left = (Align ?? own) switch { '<' => 0, '^' => missing / 2, _ => missing };
        return new TextBuilder(run).Append(new string(Fill, left)).Append(text).Append(new string(Fill, missing - left)).Build();
    }

    [GeneratedRegex(@"^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?#?(?<zero>0)?(?<width>\d+)?(?<thousands>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
