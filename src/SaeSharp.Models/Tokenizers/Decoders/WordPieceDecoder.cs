using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Joins tokens that carry on a word, and parts the others by a space.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : Decoder
{
    public static WordPieceDecoder Read(JsonField field) => new(field["prefix"].TextOrNull() ?? "##", field["cleanup"].Flag(true));

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, prefix, cleanup);

    private sealed class Stage(DecoderStage next, string prefix, bool cleanup) : TokenStage
    {
        private bool begun;

        public override void End() => next.End();

        protected override void Token(string token)
        {
            var text = !begun ? token : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            begun = true;
            next.Part(cleanup ? EnglishSpacing.Clean(text) : text);
            next.EndToken();
        }
    }
}
