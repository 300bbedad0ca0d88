using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Speech models: a token counts once however often it follows itself, padding parts it from the next, a delimiter stands for a space.</summary>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleanup) : Decoder
{
    public static CtcDecoder Read(JsonField field)
    {
        var padding = field["pad_token"].TextOrNull() ?? "<pad>";
        var delimiter = field["word_delimiter_token"].TextOrNull() ?? "|";
        if (padding.Length == 0) throw field["pad_token"].Wrong("a text that is not empty");
        return delimiter.Length > 0 ? new(padding, delimiter, field["cleanup"].Flag(true)) : throw field["word_delimiter_token"].Wrong("a text that is not empty");
    }

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, padding, delimiter, cleanup);

    private sealed class Stage(DecoderStage next, string padding, string delimiter, bool cleanup) : TokenStage
    {
        private string? before;

        public override void End() => next.End();

        protected override void Token(string token)
        {
            if (token == before) return;
            before = token;
            var text = token.Replace(padding, "", StringComparison.Ordinal);
            if (cleanup) text = EnglishSpacing.Clean(text).Replace(delimiter, " ", StringComparison.Ordinal);
            if (text.Length == 0) return;
            next.Part(text);
            next.EndToken();
        }
    }
}
