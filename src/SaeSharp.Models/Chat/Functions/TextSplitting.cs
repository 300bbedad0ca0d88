using System.Buffers;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Syntax;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Methods that cut a text.</summary>
internal static class TextSplitting
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    /// <summary><c>split</c> and <c>rsplit</c>: at a separator, or at white space where none is given.</summary>
    public static SequenceValue Split(RenderingRun run, TextValue text, Arguments arguments, bool fromRight)
    {
        var given = arguments.Bind(fromRight ? "rsplit" : "split", "sep", "maxsplit");
        var most = given[1] is null ? -1 : Numbers.Count(given[1]!, "maxsplit");
        run.Make(text.Text.Length);
        run.Search(text.Text.Length, (given[0] as TextValue)?.Text.Length ?? 0);
        var parts = given[0] switch
        {
            null or NoneValue => fromRight ? AtSpaceFromRight(text, most) : AtSpace(text, most),
            TextValue { Text.Length: 0 } => throw ChatTemplateException.WrongValue("empty separator"),
            TextValue separator => fromRight ? AtFromRight(text, separator.Text, most) : At(text, separator.Text, most),
            var other => throw ChatTemplateException.WrongType($"must be str or None, not {other.TypeName}"),
        };
        return new(parts);
    }

    public static SequenceValue Lines(RenderingRun run, TextValue text, bool keepEnds)
    {
        run.Make(text.Text.Length);
        var (lines, start, source) = (new List<Value>(), 0, text.Text);
        while (start < source.Length)
        {
            var length = source.AsSpan(start).IndexOfAny(LineEnds);
            var end = length < 0 ? source.Length : start + length;
            var next = end == source.Length ? end : end + (source.AsSpan(end).StartsWith("\r\n") ? 2 : 1);
            lines.Add(text.Units(start, keepEnds ? next : end));
            start = next;
        }
        return new(lines);
    }

    /// <summary><c>partition</c> and <c>rpartition</c>: what is before the separator, the separator, what is after it.</summary>
    public static SequenceValue Partition(RenderingRun run, TextValue text, Arguments arguments, bool fromRight)
    {
        if (arguments.Only("partition", "sep") is not TextValue separator) throw ChatTemplateException.WrongType("must be str");
        if (separator.Text.Length == 0) throw ChatTemplateException.WrongValue("empty separator");
        run.Make(text.Text.Length);
        run.Search(text.Text.Length, separator.Text.Length);
        var at = fromRight ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal) : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        if (at < 0) return fromRight ? SequenceValue.Tuple(TextValue.Empty, TextValue.Empty, text) : SequenceValue.Tuple(text, TextValue.Empty, TextValue.Empty);
        return SequenceValue.Tuple(text.Units(0, at), separator, text.Units(at + separator.Text.Length, text.Text.Length));
    }

    private static List<Value> At(TextValue text, string separator, int most)
    {
        var (parts, start) = (new List<Value>(), 0);
        for (var at = text.Text.IndexOf(separator, StringComparison.Ordinal); at >= 0 && most != 0; at = text.Text.IndexOf(separator, start, StringComparison.Ordinal), most--)
        {
            parts.Add(text.Units(start, at));
            start = at + separator.Length;
        }
        parts.Add(text.Units(start, text.Text.Length));
        return parts;
    }

    private static List<Value> AtFromRight(TextValue text, string separator, int most)
    {
        var (parts, end) = (new List<Value>(), text.Text.Length);
        for (var at = text.Text.AsSpan().LastIndexOf(separator); at >= 0 && most != 0; at = text.Text.AsSpan(0, end).LastIndexOf(separator), most--)
        {
            parts.Add(text.Units(at + separator.Length, end));
            end = at;
        }
        parts.Add(text.Units(0, end));
        parts.Reverse();
        return parts;
    }

    private static List<Value> AtSpace(TextValue text, int most)
    {
        var (parts, source) = (new List<Value>(), text.Text);
        for (var start = PythonSpace.SkipFrom(source, 0); start < source.Length; start = PythonSpace.SkipFrom(source, start))
        {
            var end = start;
            while (end < source.Length && !PythonSpace.Is(source[end])) end++;
            if (most-- == 0)
            {
                parts.Add(text.Units(start, source.Length)); // the rest keeps the white space at its end
                break;
            }
            parts.Add(text.Units(start, end));
            start = end;
        }
        return parts;
    }

    private static List<Value> AtSpaceFromRight(TextValue text, int most)
    {
        if (most < 0) return AtSpace(text, most);
        var (parts, source) = (new List<Value>(), text.Text);
        for (var end = PythonSpace.SkipBackFrom(source, source.Length); end > 0; end = PythonSpace.SkipBackFrom(source, end))
        {
            var start = end;
            while (start > 0 && !PythonSpace.Is(source[start - 1])) start--;
            if (most-- == 0)
            {
                parts.Add(text.Units(0, end));
                break;
            }
            parts.Add(text.Units(start, end));
            end = start;
        }
        parts.Reverse();
        return parts;
    }
}
