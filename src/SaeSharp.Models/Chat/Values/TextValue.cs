namespace SaeSharp.Models.Chat.Values;

/// <summary>A text that knows which of its characters come from the conversation. Its length and places count characters (code points), as in Python.</summary>
internal sealed class TextValue(string text, Provenance provenance = default, bool isMarkup = false) : Value
{
    private int[]? _starts; // the first unit of each character, only where some character has two

    public static TextValue Empty { get; } = new("");

    public string Text => text;

    public Provenance Provenance => provenance;

    /// <summary>Whether it counts as HTML: what is added to it is escaped.</summary>
    public bool IsMarkup => isMarkup;

    public override string TypeName => isMarkup ? "Markup" : "str";

    public override bool IsTrue => text.Length > 0;

    /// <summary>A text of the conversation.</summary>
    public static TextValue Content(string text) => new(text, Provenance.Content(text.Length));

    /// <summary>How many characters it has.</summary>
    public int Length => Starts is { } starts ? starts.Length : text.Length;

    /// <summary>The unit at which character <paramref name="index"/> begins; the end for its length.</summary>
    public int UnitOf(int index) => Starts is { } starts ? index < starts.Length ? starts[index] : text.Length : index;

    /// <summary>The character that unit <paramref name="unit"/> begins; −1 stays −1.</summary>
    public int CharacterOf(int unit) => unit <= 0 || Starts is not { } starts ? unit : unit >= text.Length ? starts.Length : Array.BinarySearch(starts, unit);

    /// <summary>Characters from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public TextValue Slice(int start, int end) => Units(UnitOf(start), UnitOf(end));

    /// <summary>Units from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public TextValue Units(int start, int end) =>
        start == 0 && end == text.Length ? this : end <= start ? Empty : new(text[start..end], provenance.Slice(start, end), isMarkup);

    /// <summary>A text made from this one: who wrote which character is kept where its length is, else one character of the conversation makes it all the conversation's.</summary>
    public TextValue Derived(string made) =>
        new(made, provenance.IsTemplate || made.Length == text.Length ? provenance : Provenance.Content(made.Length), isMarkup);

    private int[]? Starts => _starts ??= text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 ? null : FindStarts();

    private int[] FindStarts()
    {
        var starts = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            starts.Add(i);
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
        }
        return [.. starts];
    }
}
