using System.Numerics;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Filters that make numbers.</summary>
internal static class NumberFilters
{
    private const int MaxDigits = 300;

    public static readonly Dictionary<string, Filter> Rows = new()
    {
        ["int"] = Int,
        ["float"] = (_, value, arguments) => value switch
        {
            TextValue text when Numbers.ParseDouble(text.Text) is { } number => new FloatValue(number),
            _ when Numbers.Are(value) => new FloatValue(Numbers.AsDouble(value)),
            UndefinedValue undefined => throw undefined.Failure(),
            _ => arguments.Bind("float", "default")[0] ?? new FloatValue(0),
        },
        ["abs"] = (_, value, _) => Numbers.AsWhole(value) is { } whole ? IntValue.Of(BigInteger.Abs(whole)) : value is TextValue or SequenceValue or DictValue or NoneValue
            ? throw ChatTemplateException.WrongType($"bad operand type for abs(): '{value.TypeName}'")
            : new FloatValue(Math.Abs(Numbers.AsDouble(value))),
        ["round"] = Round,
    };

    public static BigInteger Truncated(double number) => double.IsFinite(number) ? new BigInteger(number) : throw ChatTemplateException.WrongValue("cannot convert float infinity or NaN to integer");

    private static Value Int(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("int", "default", "base");
        var radix = given[1] is null ? 10 : Numbers.Count(given[1]!, "base");
        if (value is UndefinedValue undefined) throw undefined.Failure();
        if (Numbers.AsWhole(value) is { } whole) return IntValue.Of(whole);
        if (value is TextValue text && Numbers.ParseWhole(text.Text, radix) is { } read) return IntValue.Of(read);
        var real = value is FloatValue number ? number.Number : value is TextValue other ? Numbers.ParseDouble(other.Text) : null;
        return real is { } finite && double.IsFinite(finite) ? IntValue.Of(Truncated(finite)) : given[0] ?? IntValue.Of(0);
    }

    private static Value Round(RenderingRun run, Value value, Arguments arguments)
    {
        var given = arguments.Bind("round", "precision", "method");
        var precision = given[0] is null ? 0 : Numbers.Count(given[0]!, "precision");
        var method = given[1] is null ? "common" : (given[1] as TextValue)?.Text;
        if (method is not ("common" or "ceil" or "floor")) throw ChatTemplateException.BadFilterArgument("method must be common, ceil or floor");
        if (Math.Abs(precision) > MaxDigits) throw ChatTemplateException.WrongValue($"precision is {precision}, more than {MaxDigits}");
        if (method == "common" && Numbers.AsWhole(value) is { } whole) return IntValue.Of(precision >= 0 ? whole : ExactDecimal.Divided(whole, BigInteger.Pow(10, -precision)) * BigInteger.Pow(10, -precision));
        var number = Numbers.AsDouble(value);
        if (method == "common") return new FloatValue(ExactDecimal.Rounded(number, precision));
        var scale = Math.Pow(10, precision);
        return new FloatValue((method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale)) / scale);
    }
}
