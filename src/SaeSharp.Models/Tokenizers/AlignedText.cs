namespace SaeSharp.Models.Tokenizers;

/// <summary>A text derived from an original, which remembers for every UTF-16 unit the range of the original it comes from.</summary>
/// <remarks>Ranges count UTF-16 units of the original and always cover whole characters.</remarks>
internal sealed class AlignedText
{
    private readonly ReadOnlyMemory<char> text;
    private readonly int[]? starts;   // null: the text is the original itself
    private readonly int[]? ends;

    private AlignedText(ReadOnlyMemory<char> text, int[]? starts, int[]? ends) => (this.text, this.starts, this.ends) = (text, starts, ends);

    /// <summary>The original text; it must not hold half a surrogate pair.</summary>
    public static AlignedText Of(string original) => new(original.AsMemory(), null, null);

    public ReadOnlySpan<char> Span => text.Span;

    public int Length => text.Length;

    /// <summary>The range of the original that unit <paramref name="index"/> comes from.</summary>
    public (int Start, int End) OriginOf(int index)
    {
        if (starts is not null) return (starts[index], ends![index]);
        var unit = text.Span[index];
        return char.IsLowSurrogate(unit) ? (index - 1, index + 1) : char.IsHighSurrogate(unit) ? (index, index + 2) : (index, index + 1);
    }

    /// <summary>The range of the original that units <paramref name="start"/> to <paramref name="end"/> come from; they must not be empty.</summary>
    public (int Start, int End) OriginOf(int start, int end) => (OriginOf(start).Start, OriginOf(end - 1).End);

    /// <summary>Writes a new text unit by unit.</summary>
    internal sealed class Builder(int capacity)
    {
        private char[] units = new char[Math.Max(capacity, 16)];
        private int[] unitStarts = new int[Math.Max(capacity, 16)];
        private int[] unitEnds = new int[Math.Max(capacity, 16)];

        public int Length { get; private set; }

        public void Add(char unit, (int Start, int End) origin)
        {
            if (Length == units.Length) Grow();
            units[Length] = unit;
            unitStarts[Length] = origin.Start;
            unitEnds[Length++] = origin.End;
        }

        public void Add(ReadOnlySpan<char> text, (int Start, int End) origin)
        {
            foreach (var unit in text) Add(unit, origin);
        }

        public void Copy(AlignedText from, int start, int end)
        {
            var span = from.Span;
            for (var i = start; i < end; i++) Add(span[i], from.OriginOf(i));
        }

        public AlignedText Build() => new(units.AsMemory(0, Length), unitStarts, unitEnds);

        private void Grow()
        {
            var capacity = Math.Min(units.Length * 2L, Array.MaxLength);
            Array.Resize(ref units, (int)capacity);
            Array.Resize(ref unitStarts, (int)capacity);
            Array.Resize(ref unitEnds, (int)capacity);
        }
    }
}
