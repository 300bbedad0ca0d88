namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Spells a piece in the smallest tokens, from which BPE goes on to merge.</summary>
internal abstract class SymbolSpeller
{
    /// <summary>How many symbols a piece has at most.</summary>
    public abstract int RoomFor(ReadOnlySpan<char> piece);

    /// <summary>Writes the symbols and returns how many there are.</summary>
    public abstract int Spell(ReadOnlySpan<char> piece, Span<Symbol> symbols);

    /// <summary>Whether the piece as a whole is a token.</summary>
    public abstract bool TryWhole(ReadOnlySpan<char> piece, out int id);
}
