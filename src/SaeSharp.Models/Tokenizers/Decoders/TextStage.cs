using System.Text;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>The last step: collects the text.</summary>
internal sealed class TextStage : DecoderStage
{
    private readonly StringBuilder text = new();

    public override void Part(ReadOnlySpan<char> text) => this.text.Append(text);

    public override void EndToken() { }

    public override void End() { }

    /// <summary>The text since the last call.</summary>
    public string Take()
    {
        var result = text.ToString();
        text.Clear();
        return result;
    }
}
