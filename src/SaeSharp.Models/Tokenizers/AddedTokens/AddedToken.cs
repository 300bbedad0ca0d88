using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.AddedTokens;

/// <summary>A token that is looked for in the text itself, before the model sees it.</summary>
internal sealed record AddedToken(string Content)
{
    /// <summary>Matches only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space to its left with it.</summary>
    public bool TakesLeft { get; init; }

    /// <summary>Takes the white space to its right with it.</summary>
    public bool TakesRight { get; init; }

    /// <summary>Is looked for in the normalised text, itself normalised, and not in the raw text.</summary>
    public bool Normalized { get; init; }

    /// <summary>Is left out of decoded text on request.</summary>
    public bool Special { get; init; }

    /// <summary>The id it has whatever ids are free, or null.</summary>
    public int? FixedId { get; init; }

    public static AddedToken Read(JsonField field)
    {
        _ = field["id"].Id();   // required by the format; the id it gets is decided by AddedVocabulary
        var special = field["special"].Flag(false);
        return new(field["content"].Text())
        {
            SingleWord = field["single_word"].Flag(false),
            TakesLeft = field["lstrip"].Flag(false),
            TakesRight = field["rstrip"].Flag(false),
            Normalized = field["normalized"].Flag(!special),
            Special = special,
        };
    }
}
