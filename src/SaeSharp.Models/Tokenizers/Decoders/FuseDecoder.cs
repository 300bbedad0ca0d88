using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Makes one token of all.</summary>
internal sealed class FuseDecoder : Decoder
{
    public static FuseDecoder Read(JsonField field) => new();

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage
    {
        public override void Part(ReadOnlySpan<char> text) => next.Part(text);

        public override void EndToken() { }

        public override void End()
        {
            next.EndToken();
            next.End();
        }
    }
}
