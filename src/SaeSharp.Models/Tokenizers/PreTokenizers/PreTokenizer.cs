namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts a text into pieces that no token of the model crosses.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Adds the parts of <paramref name="piece"/>, none of them empty, to <paramref name="pieces"/>.</summary>
    public abstract void Split(Piece piece, List<Piece> pieces);
}
