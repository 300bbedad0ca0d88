using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Python's <c>format % values</c>.</summary>
internal static class PercentFormat
{
    public static TextValue Apply(RenderingRun run, TextValue format, Value values)
    {
        var (text, at, next) = (new TextBuilder(run), 0, 0);
        var list = values is SequenceValue { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [values];
        Value Next() => next < list.Count ? list[next++] : throw ChatTemplateException.WrongType("not enough arguments for format string");
        var source = format.Text;
        while (source.IndexOf('%', at) is var percent and >= 0)
        {
            text.Append(format.Units(at, percent));
            at = percent + 1;
            Value? named = null;
            if (at < source.Length && source[at] == '(')
            {
                var close = source.IndexOf(')', at);
                if (close < 0) throw ChatTemplateException.WrongValue("incomplete format key");
                if (values is not DictValue dict) throw ChatTemplateException.WrongType("format requires a mapping");
                named = dict.Find(new TextValue(source[(at + 1)..close])) ?? throw ChatTemplateException.WrongType($"the mapping has no key {PythonText.Quoted(source[(at + 1)..close])}");
                at = close + 1;
            }
            var flags = at;
            while (at < source.Length && source[at] is '-' or '+' or ' ' or '0' or '#') at++;
            var set = source[flags..at];
            var width = Number(source, ref at, Next);
            int? precision = null;
            if (at < source.Length && source[at] == '.')
            {
                at++;
                precision = Math.Max(Number(source, ref at, Next) ?? 0, 0);
            }
            if (at >= source.Length) throw ChatTemplateException.WrongValue("incomplete format");
            var letter = source[at++];
            if (letter == '%') text.Append("%");
            else text.Append(One(run, letter, named ?? Next(), set, width, precision));
        }
        if (next < list.Count && values is not (DictValue or SequenceValue { Kind: SequenceKind.List })) throw ChatTemplateException.WrongType("not all arguments converted during string formatting");
        return text.Append(format.Units(at, source.Length)).Build(format.IsMarkup);
    }

    private static TextValue One(RenderingRun run, char letter, Value value, string flags, int? width, int? precision)
    {
        var isLeft = flags.Contains('-', StringComparison.Ordinal) || width < 0;
        var isNumber = letter is not ('s' or 'r' or 'a' or 'c');
        var zero = isNumber && !isLeft && flags.Contains('0', StringComparison.Ordinal);
        char? sign = flags.Contains('+', StringComparison.Ordinal) ? '+' : flags.Contains(' ', StringComparison.Ordinal) ? ' ' : null;
        var spec = new FormatSpec(zero ? '0' : ' ', zero ? '=' : isLeft ? '<' : '>', sign, Math.Abs(width ?? 0), "", precision, letter is 'i' or 'u' ? 'd' : letter);
        if (!isNumber) return (spec with { Type = null }).Apply(run, letter == 'r' ? PythonText.Repr(run, value) : PythonText.Of(run, value));
        if (letter is not ('d' or 'i' or 'u' or 'x' or 'X' or 'o' or 'f' or 'F' or 'e' or 'E' or 'g' or 'G')) throw ChatTemplateException.WrongValue($"unsupported format character '{letter}'");
        if (!Numbers.Are(value)) throw ChatTemplateException.WrongType($"%{letter} format: a real number is required, not {value.TypeName}");
        if (spec.Type is 'd' && value is FloatValue real) value = IntValue.Of(NumberFilters.Truncated(real.Number));
        return spec.Apply(run, value);
    }

    private static int? Number(string source, ref int at, Func<Value> next)
    {
        if (at < source.Length && source[at] == '*')
        {
            at++;
            return Numbers.Count(next(), "* width");
        }
        var start = at;
        while (at < source.Length && char.IsAsciiDigit(source[at])) at++;
        if (at == start) return null;
        return int.TryParse(source.AsSpan(start, at - start), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : throw ChatTemplateException.WrongValue("width too big");
    }
}
