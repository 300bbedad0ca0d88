using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Decoders;

/// <summary>Reads each row of byte tokens (<c>&lt;0xE2&gt;</c>) as UTF-8. A row that is not UTF-8 as a whole becomes one U+FFFD for every byte of it.</summary>
/// <remarks>A stream cannot wait for the end of a row: it gives each character once it is complete, and U+FFFD only for the bytes from then on.</remarks>
internal sealed class ByteFallbackDecoder : Decoder
{
    private const string Replacement = "\ufffd";

    public static ByteFallbackDecoder Read(JsonField field) => new();

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, streaming);

    private static byte? ByteOf(string token) =>
        token is ['<', '0', 'x', _, _, '>'] && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;

    private sealed class Stage(DecoderStage next, bool streaming) : TokenStage
    {
        private readonly List<byte> row = [];   // bytes that are not text yet
        private bool spoiled;
        private bool begun;   // the next step has a part of the row's text

        public override void End()
        {
            EndRow();
            next.End();
        }

        protected override void Token(string token)
        {
            if (ByteOf(token) is { } b)
            {
                row.Add(b);
                if (streaming && (spoiled || Rune.DecodeFromUtf8(Row, out _, out _) != OperationStatus.NeedMoreData)) GiveRow();
                return;
            }
            EndRow();
            next.Part(token);
            next.EndToken();
        }

        private ReadOnlySpan<byte> Row => CollectionsMarshal.AsSpan(row);

        private void EndRow()
        {
            if (row.Count > 0) GiveRow();
            if (begun) next.EndToken();
            spoiled = begun = false;
        }

        private void GiveRow()
        {
            if (!spoiled && Utf8.IsValid(Row))
            {
                next.Part(Encoding.UTF8.GetString(Row));
                begun = true;
            }
            else Spoil();
            row.Clear();
        }

        private void Spoil()
        {
            if (begun) next.EndToken();
            (spoiled, begun) = (true, false);
            foreach (var _ in row)
            {
                next.Part(Replacement);
                next.EndToken();
            }
        }
    }
}
