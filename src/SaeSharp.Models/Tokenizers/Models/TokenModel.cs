namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>A vocabulary and the rule by which it spells a piece of text.</summary>
internal abstract class TokenModel
{
    /// <summary>How many tokens the vocabulary has.</summary>
    public abstract int Count { get; }

    public abstract int? IdOf(ReadOnlySpan<char> token);

    public abstract string? TokenOf(int id);

    /// <summary>Adds the tokens of <paramref name="piece"/> to <paramref name="tokens"/>; their ranges count from its start.</summary>
    public abstract void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> tokens);
}
