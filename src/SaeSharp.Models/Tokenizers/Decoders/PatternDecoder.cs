using SaeSharp.Models.Tokenizers.Patterns;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Replaces what a pattern matches in a token by a text.</summary>
internal sealed class PatternDecoder(Pattern pattern, string content) : Decoder
{
    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, pattern, content);

    private sealed class Stage(DecoderStage next, Pattern pattern, string content) : TokenStage
    {
        public override void End() => next.End();

        protected override void Token(string token)
        {
            var matches = new List<(int Start, int End)>();
            pattern.FindAll(token, matches);
            var done = 0;
            foreach (var (start, end) in matches)
            {
                next.Part(token.AsSpan(done, start - done));
                next.Part(content);
                done = end;
            }
            next.Part(token.AsSpan(done));
            next.EndToken();
        }
    }
}
