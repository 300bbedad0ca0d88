namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>One step from tokens to text.</summary>
internal abstract class Decoder
{
    /// <summary>Starts this step for one text; what it makes goes to <paramref name="next"/>.</summary>
    /// <param name="next">The step behind it.</param>
    /// <param name="streaming">Whether text should come out as soon as it is certain, rather than wait for what may still spoil it.</param>
    public abstract DecoderStage Start(DecoderStage next, bool streaming);
}
