using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>A suffix that ends words becomes a space, but in the last token nothing.</summary>
internal sealed class BpeDecoder(string suffix) : Decoder
{
    private const string UsualSuffix = "</w>";

    public static BpeDecoder Read(JsonField field)
    {
        var suffix = field["suffix"].TextOrNull() ?? UsualSuffix;
        return suffix.Length > 0 ? new(suffix) : throw field["suffix"].Wrong("a text that is not empty");
    }

    /// <summary>What it comes to behind a step that makes one token of all.</summary>
    public ReplaceDecoder OfOneToken() => new(suffix, "");

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, suffix);

    private sealed class Stage(DecoderStage next, string suffix) : TokenStage
    {
        private string? held;   // the token before from its suffix on, which becomes a space if this is not the last

        public override void End()
        {
            Release("");
            next.End();
        }

        protected override void Token(string token)
        {
            Release(" ");
            var certain = token.IndexOf(suffix, StringComparison.Ordinal);
            if (certain < 0) certain = token.Length;
            next.Part(token.AsSpan(0, certain));
            held = token[certain..];
        }

        private void Release(string replacement)
        {
            if (held is null) return;
            next.Part(held.Replace(suffix, replacement, StringComparison.Ordinal));
            next.EndToken();
            held = null;
        }
    }
}
