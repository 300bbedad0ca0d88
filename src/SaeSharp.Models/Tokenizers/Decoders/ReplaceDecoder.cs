using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Replaces a text by another wherever it stands in a token.</summary>
internal sealed class ReplaceDecoder(string pattern, string content) : Decoder
{
    public static Decoder Read(JsonField field)
    {
        var pattern = field["pattern"];
        if (!pattern["Regex"].IsNothing) return new PatternDecoder(SplitPreTokenizer.ReadPattern(pattern), field["content"].Text());
        var text = pattern["String"].Text();
        return text.Length > 0 ? new ReplaceDecoder(text, field["content"].Text()) : throw pattern["String"].Wrong("a text that is not empty");
    }

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, pattern, content);

    private sealed class Stage(DecoderStage next, string pattern, string content) : DecoderStage
    {
        private string held = "";   // the end of the part before, where the pattern may have begun

        public override void Part(ReadOnlySpan<char> text)
        {
            ReadOnlySpan<char> rest = held.Length == 0 ? text : string.Concat(held, text);
            for (int found; (found = rest.IndexOf(pattern)) >= 0; rest = rest[(found + pattern.Length)..])
            {
                next.Part(rest[..found]);
                next.Part(content);
            }
            var certain = rest.Length - LengthOfBeginning(rest);
            next.Part(rest[..certain]);
            held = rest[certain..].ToString();
        }

        public override void EndToken()
        {
            next.Part(held);
            held = "";
            next.EndToken();
        }

        public override void End() => next.End();

        /// <summary>How many characters at the end could be the beginning of the pattern.</summary>
        private int LengthOfBeginning(ReadOnlySpan<char> text)
        {
            var length = Math.Min(pattern.Length - 1, text.Length);
            while (!text.EndsWith(pattern.AsSpan(0, length))) length--;
            return length;
        }
    }
}
