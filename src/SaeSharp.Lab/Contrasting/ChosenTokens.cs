using System.Globalization;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Positions that a person names: from 0 at the first token, from −1 at the last, with ranges: <c>-3..-1</c>, <c>0,2,-1</c>.</summary>
internal sealed class ChosenTokens
{
    private readonly (int First, int Last)[] _ranges;

    private ChosenTokens((int, int)[] ranges) => _ranges = ranges;

    public static ChosenTokens Parse(string text) => new([.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => Range(part, text))]);

    /// <summary>Those of a prompt of <paramref name="length"/> tokens, ascending; those that it does not reach are left out.</summary>
    public int[] Of(int length) =>
    [
        .. _ranges.SelectMany(range =>
        {
            var (first, last) = (Math.Max(0, Place(range.First, length)), Math.Min(length - 1, Place(range.Last, length)));
            return first <= last ? Enumerable.Range(first, last - first + 1) : [];
        }).Distinct().Order(),
    ];

    private static int Place(int position, int length) => position < 0 ? length + position : position;

    private static (int, int) Range(string part, string text)
    {
        var ends = part.Split("..");
        if (ends.Length is 1 or 2 && TryRead(ends[0], out var first) && TryRead(ends[^1], out var last)) return (first, last);
        throw OptionException.Invalid($"--at is '{text}', expected positions and ranges such as -1, 0,2 or -3..-1.", "Positions count from 0 at the first token, which is BOS where the tokenizer adds it, and from -1 at the last.");
    }

    private static bool TryRead(string text, out int position) => int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out position);
}
