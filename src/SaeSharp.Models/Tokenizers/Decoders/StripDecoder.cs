using System.Text;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Takes up to <paramref name="start"/> of one character off the start of each token, and up to <paramref name="stop"/> off its end.</summary>
internal sealed class StripDecoder(Rune character, int start, int stop) : Decoder
{
    public static StripDecoder Read(JsonField field) => new(field["content"].Character(), field["start"].Count(), field["stop"].Count());

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, character, start, stop);

    private sealed class Stage : DecoderStage
    {
        private readonly DecoderStage next;
        private readonly string spelled;
        private readonly int start;
        private readonly int stop;
        private int stillAtStart;
        private int held;   // how many of the character stand at the end so far

        public Stage(DecoderStage next, Rune character, int start, int stop)
        {
            (this.next, spelled) = (next, character.ToString());
            (this.start, this.stop, stillAtStart) = (start, stop, start);
        }

        public override void Part(ReadOnlySpan<char> text)
        {
            while (stillAtStart > 0 && text.StartsWith(spelled))
            {
                stillAtStart--;
                text = text[spelled.Length..];
            }
            if (text.IsEmpty) return;
            stillAtStart = 0;

            var body = text;
            var atEnd = 0;
            for (; atEnd < stop && body.EndsWith(spelled); atEnd++) body = body[..^spelled.Length];
            for (var keep = body.IsEmpty ? Math.Max(held + atEnd - stop, 0) : held; keep > 0; keep--, held--) next.Part(spelled);
            next.Part(body);
            held += atEnd;
        }

        public override void EndToken()
        {
            (stillAtStart, held) = (start, 0);
            next.EndToken();
        }

        public override void End() => next.End();
    }
}
