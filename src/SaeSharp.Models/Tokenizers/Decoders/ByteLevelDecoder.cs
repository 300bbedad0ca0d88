using System.Text;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Reads tokens as bytes by <see cref="ByteAlphabet"/> and the bytes of all tokens together as UTF-8; a part that is none becomes U+FFFD.</summary>
/// <remarks>A token with a character outside the alphabet (an added one) stands for its own UTF-8.</remarks>
internal sealed class ByteLevelDecoder : Decoder
{
    public static ByteLevelDecoder Read(JsonField field) => new();

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next);

    private sealed class Stage(DecoderStage next) : TokenStage
    {
        private readonly System.Text.Decoder utf8 = Encoding.UTF8.GetDecoder();   // keeps an unfinished character

        public override void End()
        {
            Write([], last: true);
            next.EndToken();
            next.End();
        }

        protected override void Token(string token)
        {
            var bytes = new byte[token.Length];
            for (var i = 0; i < token.Length; i++)
            {
                var b = ByteAlphabet.ByteOf(token[i]);
                if (b < 0)
                {
                    Write(Encoding.UTF8.GetBytes(token), last: false);
                    return;
                }
                bytes[i] = (byte)b;
            }
            Write(bytes, last: false);
        }

        private void Write(ReadOnlySpan<byte> bytes, bool last)
        {
            var text = new char[utf8.GetCharCount(bytes, last)];
            utf8.GetChars(bytes, text, last);
            next.Part(text);
        }
    }
}
