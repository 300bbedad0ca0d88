using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Marks become spaces; in the first token they go, unless the scheme never puts one there.</summary>
internal sealed class MetaspaceDecoder(string mark, bool dropsFirst) : Decoder
{
    public static MetaspaceDecoder Read(JsonField field) =>
        new(field["replacement"].Character().ToString(), MetaspacePreTokenizer.ReadScheme(field) != MetaspacePreTokenizer.Scheme.Never);

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, mark, dropsFirst);

    private sealed class Stage(DecoderStage next, string mark, bool dropsFirst) : DecoderStage
    {
        private bool inFirst = true;

        public override void Part(ReadOnlySpan<char> text)
        {
            for (int found; (found = text.IndexOf(mark)) >= 0; text = text[(found + mark.Length)..])
            {
                next.Part(text[..found]);
                if (!(inFirst && dropsFirst)) next.Part(" ");
            }
            next.Part(text);
        }

        public override void EndToken()
        {
            inFirst = false;
            next.EndToken();
        }

        public override void End() => next.End();
    }
}
