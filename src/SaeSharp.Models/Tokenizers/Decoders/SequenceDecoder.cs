using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>One decoder after the other.</summary>
internal sealed class SequenceDecoder(Decoder[] steps) : Decoder
{
    public static SequenceDecoder Read(JsonField field) => new([.. field["decoders"].Items().Select(Kinds.Decoders.Read)]);

    public override DecoderStage Start(DecoderStage next, bool streaming)
    {
        foreach (var step in steps.Reverse()) next = step.Start(next, streaming);
        return next;
    }
}
