using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>One decoder after the other.</summary>
internal sealed class SequenceDecoder(Decoder[] steps) : Decoder
{
    public static SequenceDecoder Read(JsonField field)
    {
        var steps = new List<Decoder>();
        foreach (var step in field["decoders"].Items().Select(step => Kinds.Decoders.Read(step)))
            steps.Add(step is BpeDecoder bpe && steps.Any(before => before is ByteLevelDecoder or FuseDecoder) ? bpe.OfOneToken() : step);
        return new([.. steps]);
    }

    public override DecoderStage Start(DecoderStage next, bool streaming)
    {
        foreach (var step in steps.Reverse()) next = step.Start(next, streaming);
        return next;
    }
}
