namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Spells a piece in the smallest tokens, from which BPE goes on to merge.</summary>
internal abstract class SymbolSpeller
{
    /// <summary>How many symbols one step may write: the bytes of a character, and an unknown one before it.</summary>
    protected const int LongestStep = 4 + 1;

    private const int LongestUtf8OfUnit = 3;

    /// <summary>The room in which a piece of so many units is spelled at one go.</summary>
    public static int RoomFor(int units) => LongestUtf8OfUnit * units + LongestStep;

    /// <summary>Writes symbols until the piece ends or there may be too little room for another character, and returns how many.</summary>
    public abstract int Spell(ReadOnlySpan<char> piece, ref SpellingPlace place, Span<Symbol> symbols);

    /// <summary>Whether the piece as a whole is a token.</summary>
    public abstract bool TryWhole(ReadOnlySpan<char> piece, out int id);
}
