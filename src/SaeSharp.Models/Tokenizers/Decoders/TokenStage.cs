using System.Text;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>A step that needs to see each token whole.</summary>
internal abstract class TokenStage : DecoderStage
{
    private readonly StringBuilder token = new();

    public sealed override void Part(ReadOnlySpan<char> text) => token.Append(text);

    public sealed override void EndToken()
    {
        var whole = token.ToString();
        token.Clear();
        Token(whole);
    }

    /// <summary>Takes one token.</summary>
    protected abstract void Token(string token);
}
