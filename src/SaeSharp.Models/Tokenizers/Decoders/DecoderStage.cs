namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>A decoding step at work. Tokens pass through in parts, so that a whole text and a stream are decoded by the same code.</summary>
internal abstract class DecoderStage
{
    /// <summary>Takes a part of the current token; a part never ends inside a character.</summary>
    public abstract void Part(ReadOnlySpan<char> text);

    /// <summary>Ends the current token.</summary>
    public abstract void EndToken();

    /// <summary>Ends the text; nothing is held back any longer.</summary>
    public abstract void End();
}
