using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers;

/// <summary>How a tokenizer.json says to fill up short texts.</summary>
/// <param name="Fixed">The length to fill up to, or null for that of the longest text of a batch.</param>
/// <param name="Multiple">What the length is rounded up to a multiple of; 0 for none.</param>
/// <param name="AtLeft">Whether padding goes in front.</param>
/// <param name="Id">The padding token.</param>
/// <param name="Token">Its spelling.</param>
/// <param name="TypeId">Its type.</param>
internal sealed record Padding(int? Fixed, int Multiple, bool AtLeft, int Id, string Token, int TypeId)
{
    private const int Longest = 1 << 24;

    public static Padding? ReadOptional(JsonField field)
    {
        if (field.IsNothing) return null;
        var strategy = field["strategy"];
        int? length = strategy.IsObject ? strategy["Fixed"].Count() : strategy.Text() == "BatchLongest" ? null : throw strategy.Wrong("BatchLongest or an object with Fixed");
        if (length > Longest) throw strategy["Fixed"].Wrong($"a length of {Longest} at most");
        var multiple = field["pad_to_multiple_of"];
        var rounded = multiple.IsNothing ? 0 : multiple.Count();
        if (rounded > Longest) throw multiple.Wrong($"a length of {Longest} at most");
        return new(length, rounded, Truncation.ReadDirection(field["direction"]), field["pad_id"].Id(), field["pad_token"].Text(), field["pad_type_id"].IsNothing ? 0 : field["pad_type_id"].Count());
    }

    /// <summary>The texts of a batch, filled up; longer ones stay as they are.</summary>
    public TokenList[] Apply(IReadOnlyList<TokenList> batch)
    {
        var length = Fixed ?? batch.Max(text => text.Count);
        if (Multiple > 0 && length % Multiple > 0) length += Multiple - length % Multiple;
        return [.. batch.Select(text => Fill(text, length))];
    }

    private TokenList Fill(TokenList text, int length)
    {
        var filled = new TokenList(text.Source);
        if (AtLeft) AddTo(filled, length - text.Count);
        filled.Append(text);
        if (!AtLeft) AddTo(filled, length - text.Count);
        filled.Overflow.Clear();
        filled.Overflow.AddRange(text.Overflow.Select(part => Fill(part, length)));
        return filled;
    }

    private void AddTo(TokenList list, int count)
    {
        for (var i = 0; i < count; i++) list.Add(Id, Token, (0, 0), TypeId, inserted: true, padding: true);
    }
}
