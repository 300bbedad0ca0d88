using System.Text;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>UnicodeScripts: cuts where the script changes. Spaces and unassigned characters belong to what stands before them; those that begin a text are dropped.</summary>
internal sealed class ScriptsPreTokenizer : PreTokenizer
{
    public static ScriptsPreTokenizer Read(JsonField field) => new();

    public override void Split(Piece piece, List<Piece> pieces)
    {
        var text = piece.Span;
        var (start, before) = (-1, Scripts.None);
        for (int i = 0, length; i < text.Length; i += length)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out length);
            var script = Scripts.Older(rune.Value);
            if (script == Scripts.None || script == before) continue;
            if (start >= 0) pieces.Add(piece.Slice(start, i));
            (start, before) = (i, script);
        }
        if (start >= 0) pieces.Add(piece.Slice(start, text.Length));
    }
}
