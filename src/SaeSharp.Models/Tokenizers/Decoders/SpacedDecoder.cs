namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Parts tokens by a space: what stands in for a decoder where the file has none.</summary>
internal sealed class SpacedDecoder : Decoder
{
    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next);

    private sealed class Stage(DecoderStage next) : TokenStage
    {
        private bool begun;

        public override void End() => next.End();

        protected override void Token(string token)
        {
            if (begun) next.Part(" ");
            begun = true;
            next.Part(token);
            next.EndToken();
        }
    }
}
