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

    /// <summary>Whether the post-processor or padding has put the token there.</summary>
    public List<bool> IsInserted { get; } = [];

    /// <summary>Whether it is padding.</summary>
    public List<bool> IsPadding { get; } = [];

    /// <summary>What truncation has cut off, in lists of the same length.</summary>
    public List<TokenList> Overflow { get; } = [];

    public int Count => Ids.Count;

    public void Add(int id, string token, (int Start, int End) offsets, int typeId, bool inserted = false, bool padding = false)
    {
        Ids.Add(id);
        Tokens.Add(token);
        Offsets.Add(offsets);
        TypeIds.Add(typeId);
        IsInserted.Add(inserted);
        IsPadding.Add(padding);
    }

    /// <summary>Appends a list, and combines what was cut off one with the other and with what was cut off it.</summary>
    public void Append(TokenList other)
    {
        List<TokenList> combined = [.. Overflow.SelectMany(mine => other.Overflow.Prepend(other).Select(mine.With)), .. other.Overflow.Select(With)];
        AppendTokens(other);
        Overflow.Clear();
        Overflow.AddRange(combined);
    }

    /// <summary>The tokens from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public TokenList Slice(int start, int end)
    {
        var part = new TokenList(source);
        for (var i = start; i < end; i++) part.Add(Ids[i], Tokens[i], Offsets[i], TypeIds[i], IsInserted[i], IsPadding[i]);
        return part;
    }

    /// <summary>The same tokens with another type id.</summary>
    public TokenList OfType(int typeId)
    {
        for (var i = 0; i < TypeIds.Count; i++) TypeIds[i] = typeId;
        return this;
    }

    public TokenizedText ToText() => new([.. Ids], [.. Tokens], [.. Offsets]) { TypeIds = [.. TypeIds], IsSpecial = [.. IsInserted], IsPadding = [.. IsPadding] };

    /// <summary>A new list of these tokens and those of <paramref name="other"/>, without what was cut off.</summary>
    private TokenList With(TokenList other)
    {
        var whole = new TokenList(source);
        whole.AppendTokens(this);
        whole.AppendTokens(other);
        return whole;
    }

    private void AppendTokens(TokenList other)
    {
        Ids.AddRange(other.Ids);
        Tokens.AddRange(other.Tokens);
        Offsets.AddRange(other.Offsets);
        TypeIds.AddRange(other.TypeIds);
        IsInserted.AddRange(other.IsInserted);
        IsPadding.AddRange(other.IsPadding);
    }
}
