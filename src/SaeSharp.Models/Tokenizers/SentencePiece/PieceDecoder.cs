using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using SaeSharp.Models.Tokenizers.Decoders;
using Decoder = SaeSharp.Models.Tokenizers.Decoders.Decoder;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>sentencepiece's decoding: ▁ is a space but for the first, control pieces are invisible, each byte that is no UTF-8 becomes U+FFFD.</summary>
/// <param name="file">The model.</param>
/// <param name="pieces">Its pieces.</param>
/// <param name="verbatim">Tokens from beside the model, which are written as they are.</param>
internal sealed class PieceDecoder(ModelFile file, PieceVocabulary pieces, IReadOnlySet<string> verbatim) : Decoder
{
    private const string Replacement = "\ufffd";

    public override DecoderStage Start(DecoderStage next, bool streaming) => new Stage(next, this);

    private int ByteOf(string piece) => pieces.ByteOf(piece);

    /// <summary>What is written for a piece whatever stands before it; null for one whose ▁ are spaces.</summary>
    private string? FixedTextOf(string piece)
    {
        if (verbatim.Contains(piece) || pieces.IdOf(piece) is not { } id) return piece;
        return pieces.KindOf(id) switch
        {
            PieceKind.Control => "",
            PieceKind.Unknown => file.UnknownSurface,
            _ => null,
        };
    }

    /// <summary>Takes the space off that stands in front of every text.</summary>
    /// <param name="piece">The first piece that is not invisible, or one after nothing but spaces.</param>
    /// <param name="isOnlyOne">Whether what follows keeps its space: all go where several are made one.</param>
    private string WithoutSpace(string piece, out bool isOnlyOne)
    {
        isOnlyOne = false;
        if (!(file.AddsSpace || file.RemovesSpaces) || !piece.StartsWith('▁')) return piece;
        isOnlyOne = !file.RemovesSpaces;
        return piece[1..];
    }

    private sealed class Stage(DecoderStage next, PieceDecoder decoder) : TokenStage
    {
        private readonly List<byte> row = [];   // bytes that are not text yet
        private bool begun;                     // some text has come out
        private bool atStart = true;
        private bool dropped;                   // the piece before was the space in front

        public override void End()
        {
            GiveBytes(last: true);
            next.End();
        }

        protected override void Token(string token)
        {
            if (decoder.ByteOf(token) is >= 0 and var b)
            {
                row.Add((byte)b);
                GiveBytes(last: false);
                return;
            }
            GiveBytes(last: true);
            if (dropped || begun) atStart = false;
            dropped = false;

            var text = decoder.FixedTextOf(token);
            Give(text ?? (atStart ? decoder.WithoutSpace(token, out dropped) : token).Replace('▁', ' '));
        }

        private void GiveBytes(bool last)
        {
            while (row.Count > 0)
            {
                var status = Rune.DecodeFromUtf8(CollectionsMarshal.AsSpan(row), out var rune, out var length);
                if (status == OperationStatus.NeedMoreData && !last) return;
                Give(status == OperationStatus.Done ? rune.ToString() : Replacement);
                row.RemoveRange(0, status == OperationStatus.Done ? length : 1);
            }
        }

        private void Give(string text)
        {
            if (text.Length == 0) return;
            begun = true;
            next.Part(text);
            next.EndToken();
        }
    }
}
