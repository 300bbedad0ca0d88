using System.Numerics;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Python's + − * / // % ** on numbers, and + * % on texts and lists.</summary>
internal static class Arithmetic
{
    public static Value Of(RenderingRun run, string sign, Value left, Value right)
    {
        if (sign == "%" && left is TextValue format) return PercentFormat.Apply(run, format, right);
        if (left is UndefinedValue first) throw first.Failure();
        if (right is UndefinedValue second) throw second.Failure();
        if (Numbers.Are(left) && Numbers.Are(right)) return left is FloatValue || right is FloatValue || sign == "/" ? OfFloats(sign, left, right) : OfWholes(sign, Numbers.AsWhole(left)!.Value, Numbers.AsWhole(right)!.Value);
        return sign switch
        {
            "+" => Sum(run, left, right),
            "*" when left is TextValue or SequenceValue && Numbers.AsPlace(right) is { } times => Repeated(run, left, times),
            "*" when right is TextValue or SequenceValue && Numbers.AsPlace(left) is { } times => Repeated(run, right, times),
            _ => throw Unsupported(sign, left, right),
        };
    }

    private static Value Sum(RenderingRun run, Value left, Value right)
    {
        switch (left, right)
        {
            case (TextValue a, TextValue b):
                var isMarkup = a.IsMarkup || b.IsMarkup;
                if (isMarkup) (a, b) = (TextFilters.Escaped(run, a), TextFilters.Escaped(run, b));
                return new TextBuilder(run).Append(a).Append(b).Build(isMarkup);
            case (SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } a, SequenceValue b) when a.Kind == b.Kind:
                run.Make(a.Items.Count + (long)b.Items.Count);
                return new SequenceValue([.. a.Items, .. b.Items], a.Kind);
            case (TextValue or SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple }, _):
                throw ChatTemplateException.WrongType($"can only concatenate {left.TypeName} (not \"{right.TypeName}\") to {left.TypeName}");
            default:
                throw Unsupported("+", left, right);
        }
    }

    private static Value Repeated(RenderingRun run, Value value, long times)
    {
        times = Math.Max(times, 0);
        var length = value is TextValue whole ? whole.Text.Length : ((SequenceValue)value).Items.Count;
        run.Make(length == 0 || times <= long.MaxValue / 2 / length ? length * times : -1);
        if (value is SequenceValue list) return new SequenceValue([.. Enumerable.Repeat(list.Items, (int)times).SelectMany(items => items)], list.Kind);
        var text = new TextBuilder(run);
        for (var i = 0; i < (length == 0 ? 0 : times); i++) text.Append((TextValue)value);
        return text.Build(((TextValue)value).IsMarkup);
    }

    private static Value OfWholes(string sign, BigInteger a, BigInteger b) => sign switch
    {
        "+" => Whole(a + b),
        "-" => Whole(a - b),
        "*" => Whole(a * b),
        "//" => b.IsZero ? throw ChatTemplateException.DividedByZero("integer division or modulo by zero") : Whole(Floor(a, b)),
        "%" => b.IsZero ? throw ChatTemplateException.DividedByZero("integer modulo by zero") : Whole(a - Floor(a, b) * b),
        _ when b.Sign < 0 => a.IsZero ? throw ChatTemplateException.DividedByZero("0.0 cannot be raised to a negative power") : new FloatValue(Math.Pow((double)a, (double)b)),
        _ => b <= Numbers.MaxBits && a.GetBitLength() * (long)b <= Numbers.MaxBits ? Whole(BigInteger.Pow(a, (int)b)) : a.IsZero || a.IsOne ? Whole(a) : throw TooLarge(),
    };

    private static FloatValue OfFloats(string sign, Value left, Value right)
    {
        var (a, b) = (Numbers.AsDouble(left), Numbers.AsDouble(right));
        if (b == 0 && sign is "/" or "//" or "%")
            throw ChatTemplateException.DividedByZero(left is FloatValue || right is FloatValue ? sign switch { "/" => "float division by zero", "//" => "float floor division by zero", _ => "float modulo" } : "division by zero");
        return new(sign switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Divided(a, b).Whole,
            "%" => Divided(a, b).Remainder,
            _ => Math.Pow(a, b),
        });
    }

    /// <summary>⌊a/b⌋ and what remains, which has the sign of b. Python's own way, to the last bit.</summary>
    private static (double Whole, double Remainder) Divided(double a, double b)
    {
        var rest = a % b;
        var quotient = (a - rest) / b;
        if (rest == 0) rest = Math.CopySign(0, b);
        else if (rest < 0 != b < 0) (rest, quotient) = (rest + b, quotient - 1);
        if (quotient == 0) return (Math.CopySign(0, a / b), rest);
        var whole = Math.Floor(quotient);
        return (quotient - whole > 0.5 ? whole + 1 : whole, rest);
    }

    private static BigInteger Floor(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var rest);
        return !rest.IsZero && rest.Sign < 0 != b.Sign < 0 ? quotient - 1 : quotient;
    }

    private static IntValue Whole(BigInteger number) => number.GetBitLength() <= Numbers.MaxBits ? IntValue.Of(number) : throw TooLarge();

    private static ChatTemplateException TooLarge() => ChatTemplateException.TooMuch($"makes a number of more than {Numbers.MaxBits} bits");

    private static ChatTemplateException Unsupported(string sign, Value left, Value right) =>
        ChatTemplateException.WrongType($"unsupported operand type(s) for {(sign == "**" ? "** or pow()" : sign)}: '{left.TypeName}' and '{right.TypeName}'");
}
