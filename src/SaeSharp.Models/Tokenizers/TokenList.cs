namespace SaeSharp.Models.Tokenizers;

/// <summary>Tokens of a text or a pair of texts while they are put together: one entry of each list for every token.</summary>
/// <param name="source">The text that the offsets count in.</param>
internal sealed class TokenList(string source)
{
    public string Source => source;

    public List<int> Ids { get; } = [];

    public List<string> Tokens { get; } = [];

    /// <summary>UTF-16 units of the text, end exclusive.</summary>
    public List<(int Start, int End)> Offsets { get; } = [];

    /// <summary>Which text of a pair the token belongs to, as the post-processor says.</summary>
    public List<int> TypeIds { get; } = [];

    /// <summary>Whether the post-processor has put the token there.</summary>
    public List<bool> IsInserted { get; } = [];

    public int Count => Ids.Count;

    public void Add(int id, string token, (int Start, int End) offsets, int typeId, bool inserted = false)
    {
        Ids.Add(id);
        Tokens.Add(token);
        Offsets.Add(offsets);
        TypeIds.Add(typeId);
        IsInserted.Add(inserted);
    }

    public void Append(TokenList other)
    {
        Ids.AddRange(other.Ids);
        Tokens.AddRange(other.Tokens);
        Offsets.AddRange(other.Offsets);
        TypeIds.AddRange(other.TypeIds);
        IsInserted.AddRange(other.IsInserted);
    }

    /// <summary>The same tokens with another type id.</summary>
    public TokenList OfType(int typeId)
    {
        for (var i = 0; i < TypeIds.Count; i++) TypeIds[i] = typeId;
        return this;
    }

    public TokenizedText ToText() => new([.. Ids], [.. Tokens], [.. Offsets]);
}
