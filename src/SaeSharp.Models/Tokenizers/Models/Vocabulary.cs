using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Tokens and their ids. Ids need not be dense: a file may leave gaps, and no table of the largest id's size is ever made.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> idsBySpan;
    private readonly Dictionary<int, string> tokens;

    public Vocabulary(Dictionary<string, int> ids)
    {
        this.ids = ids;
        idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        tokens = new(ids.Count);
        foreach (var (token, id) in ids)
        {
            tokens[id] = token;
            LongestToken = Math.Max(LongestToken, token.Length);
        }
    }

    public static Vocabulary Read(JsonField field)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, id) in field.Members()) ids[token] = id.Id();
        return new(ids);
    }

    public int Count => ids.Count;

    public IEnumerable<(string Token, int Id)> Tokens => ids.Select(entry => (entry.Key, entry.Value));

    /// <summary>The UTF-16 units of the longest token.</summary>
    public int LongestToken { get; }

    /// <summary>Whether two tokens have the same id.</summary>
    public bool SharesIds => tokens.Count < ids.Count;

    public bool TryGet(ReadOnlySpan<char> token, out int id) => idsBySpan.TryGetValue(token, out id);

    /// <summary>The id of a token that the file names and must have.</summary>
    public int Require(JsonField field) => TryGet(field.Text(), out var id) ? id : throw field.Wrong("a token of the vocabulary");

    public string? TokenOf(int id) => tokens.GetValueOrDefault(id);
}
