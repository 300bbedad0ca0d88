using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>A piece is a token as a whole, or unknown.</summary>
internal sealed class WordLevel(Vocabulary vocabulary, int unknownId) : TokenModel
{
    public override int Count => vocabulary.Count;

    public static WordLevel Read(JsonField field)
    {
        var vocabulary = Vocabulary.Read(field["vocab"]);
        return new(vocabulary, vocabulary.Require(field["unk_token"]));
    }

    public override int? IdOf(ReadOnlySpan<char> token) => vocabulary.TryGet(token, out var id) ? id : null;

    public override string? TokenOf(int id) => vocabulary.TokenOf(id);

    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> tokens) =>
        tokens.Add(new(vocabulary.TryGet(piece, out var id) ? id : unknownId, 0, piece.Length));
}
