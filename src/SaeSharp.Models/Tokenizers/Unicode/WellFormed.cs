namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>Makes any string valid Unicode without moving an offset.</summary>
internal static class WellFormed
{
    /// <summary>Half a surrogate pair becomes U+FFFD, which has the same length.</summary>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0) return text;
        return string.Create(text.Length, text, static (units, text) =>
        {
            for (var i = 0; i < units.Length; i++)
            {
                if (i + 1 < units.Length && char.IsSurrogatePair(text[i], text[i + 1])) units[i] = text[i++];
                else if (char.IsSurrogate(text[i]))
                {
                    units[i] = '\ufffd';
                    continue;
                }
                units[i] = text[i];
            }
        });
    }
}
