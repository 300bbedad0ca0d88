using System.Globalization;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Python's <c>format.format(values)</c>.</summary>
internal static class BraceFormat
{
    public static TextValue Apply(RenderingRun run, TextValue format, Arguments arguments)
    {
        var (text, at, next) = (new TextBuilder(run), 0, 0);
        var source = format.Text;
        while (source.AsSpan(at).IndexOfAny('{', '}') is var skipped and >= 0)
        {
            var brace = at + skipped;
            text.Append(format.Units(at, brace));
            if (brace + 1 < source.Length && source[brace + 1] == source[brace])
            {
                text.Append(format.Units(brace, brace + 1));
                at = brace + 2;
                continue;
            }
            if (source[brace] == '}') throw ChatTemplateException.WrongValue("Single '}' encountered in format string");
            var close = source.IndexOf('}', brace);
            if (close < 0) throw ChatTemplateException.WrongValue("expected '}' before end of string");
            text.Append(Field(run, source[(brace + 1)..close], arguments, ref next));
            at = close + 1;
        }
        return text.Append(format.Units(at, source.Length)).Build(format.IsMarkup);
    }

    private static TextValue Field(RenderingRun run, string field, Arguments arguments, ref int next)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var (name, spec) = colon < 0 ? (field, "") : (field[..colon], field[(colon + 1)..]);
        var bang = name.IndexOf('!', StringComparison.Ordinal);
        var conversion = bang < 0 ? "" : name[(bang + 1)..];
        if (bang >= 0) name = name[..bang];
        if (spec.Contains('{', StringComparison.Ordinal)) throw ChatTemplateException.WrongValue("a format specifier holds another field, which cannot be read");
        var value = Named(name, arguments, ref next);
        if (conversion == "r") value = PythonText.Repr(run, value);
        else if (conversion == "s") value = PythonText.Of(run, value);
        return spec.Length == 0 ? PythonText.Of(run, value) : FormatSpec.Parse(spec).Apply(run, value);
    }

    /// <summary>The value that <c>0</c>, <c>name</c>, <c>name.attribute</c> or <c>name[item]</c> names.</summary>
    private static Value Named(string name, Arguments arguments, ref int next)
    {
        var end = name.IndexOfAny(['.', '[']) is var found and >= 0 ? found : name.Length;
        var first = name[..end];
        var place = first.Length == 0 ? next++ : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        var value = place >= 0
            ? place < arguments.Positional.Count ? arguments.Positional[place] : throw ChatTemplateException.WrongValue($"Replacement index {place} out of range for positional args tuple")
            : arguments.Named.LastOrDefault(argument => argument.Key == first).Value ?? throw ChatTemplateException.WrongValue($"the format names {PythonText.Quoted(first)}, which is not given");
        while (end < name.Length)
        {
            var isItem = name[end] == '[';
            var stop = isItem ? name.IndexOf(']', end) : name.IndexOfAny(['.', '['], end + 1) is var more and >= 0 ? more : name.Length;
            if (stop < 0) throw ChatTemplateException.WrongValue("expected ']' before end of string");
            var step = name[(end + 1)..stop];
            value = !isItem ? Lookup.Attribute(value, step) : Lookup.Item(value, int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? IntValue.Of(index) : new TextValue(step));
            end = isItem ? stop + 1 : stop;
        }
        return value;
    }
}
