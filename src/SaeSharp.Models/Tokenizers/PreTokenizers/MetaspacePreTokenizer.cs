using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PreTokenizers;

/// <summary>sentencepiece's words: a mark for each space and one in front of the text, as the scheme says; cut before each mark.</summary>
internal sealed class MetaspacePreTokenizer(string mark, MetaspacePreTokenizer.Scheme scheme, bool split) : PreTokenizer
{
    /// <summary>Where a mark is put in front that is not there yet.</summary>
    internal enum Scheme
    {
        /// <summary>Of the piece that begins the text.</summary>
        First,

        /// <summary>Of no piece.</summary>
        Never,

        /// <summary>Of every piece.</summary>
        Always,
    }

    public static MetaspacePreTokenizer Read(JsonField field) => new(field["replacement"].Character().ToString(), ReadScheme(field), field["split"].Flag(true));

    /// <summary>The scheme, or what add_prefix_space said before there were schemes.</summary>
    public static Scheme ReadScheme(JsonField field)
    {
        var named = field["prepend_scheme"];
        var scheme = named.TextOrNull() switch
        {
            null or "always" => Scheme.Always,
            "first" => Scheme.First,
            "never" => Scheme.Never,
            _ => throw named.Wrong("one of first, never, always"),
        };
        if (field["add_prefix_space"].Flag(true) || scheme == Scheme.Never) return scheme;
        return named.IsNothing ? Scheme.Never : throw field["add_prefix_space"].Wrong($"true beside the scheme '{named.Text()}'");
    }

    public override void Split(Piece piece, List<Piece> pieces)
    {
        var marked = Mark(piece);
        var prepends = scheme == Scheme.Always || scheme == Scheme.First && piece.Origin.Start == 0;
        if (prepends && !marked.Span.StartsWith(mark)) marked = PrependNormalizer.Prepend(marked, mark);
        if (!split)
        {
            pieces.Add(marked);
            return;
        }
        var text = marked.Span;
        var start = 0;
        while (start < text.Length)
        {
            var next = text[(start + 1)..].IndexOf(mark);
            var end = next < 0 ? text.Length : start + 1 + next;
            pieces.Add(marked.Slice(start, end));
            start = end;
        }
    }

    private Piece Mark(Piece piece)
    {
        var text = piece.Span;
        if (!text.Contains(' ')) return piece;
        var result = new AlignedText.Builder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var origin = piece.Text.OriginOf(piece.Start + i);
            if (text[i] == ' ') result.Add(mark, origin);
            else result.Add(text[i], origin);
        }
        return Piece.Whole(result.Build());
    }
}
