using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers;

/// <summary>How a tokenizer.json says to shorten long texts.</summary>
/// <param name="MaxLength">Tokens at most, those of the post-processor included.</param>
/// <param name="Stride">How many tokens a part that was cut off shares with the part before it.</param>
/// <param name="FromLeft">Whether the end of the text is kept, and the start cut off.</param>
/// <param name="Which">Which text of a pair is shortened.</param>
internal sealed record Truncation(int MaxLength, int Stride, bool FromLeft, Truncation.Target Which)
{
    internal enum Target { LongestFirst, OnlyFirst, OnlySecond }

    public static Truncation? ReadOptional(JsonField field)
    {
        if (field.IsNothing) return null;
        var (length, stride, which) = (field["max_length"].Count(), field["stride"], field["strategy"]);
        var shared = stride.IsNothing ? 0 : stride.Count();
        if (shared > 0 && shared >= length) throw stride.Wrong($"less than max_length, {length}");
        return new(length, shared, ReadDirection(field["direction"]), which.TextOrNull() switch
        {
            null or "LongestFirst" => Target.LongestFirst,
            "OnlyFirst" => Target.OnlyFirst,
            "OnlySecond" => Target.OnlySecond,
            _ => throw which.Wrong("one of LongestFirst, OnlyFirst, OnlySecond"),
        });
    }

    /// <summary>Whether the direction named at <paramref name="field"/> is left; right where there is none.</summary>
    public static bool ReadDirection(JsonField field) => field.TextOrNull() switch
    {
        null or "Right" => false,
        "Left" => true,
        _ => throw field.Wrong("Left or Right"),
    };

    /// <summary>Shortens one text or two.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="added">How many more tokens must find room.</param>
    /// <param name="withOverflow">Whether what is cut off is kept, which may be many times the text.</param>
    public List<TokenList> Apply(List<TokenList> texts, int added, bool withOverflow)
    {
        var shortened = Shorten(texts, added);
        if (!withOverflow) return shortened;
        return [.. shortened.Zip(texts, KeepOverflow)];
    }

    private List<TokenList> Shorten(List<TokenList> texts, int added)
    {
        var room = Math.Max(MaxLength - added, 0);
        var total = texts.Sum(text => text.Count);
        if (total <= room) return texts;
        if (Which == Target.LongestFirst) return texts.Count == 1 ? [Cut(texts[0], room)] : CutLongest(texts[0], texts[1], room);

        var target = Which == Target.OnlyFirst ? 0 : 1;
        if (target >= texts.Count) throw ModelException.NothingToTruncate("there is no second text", Which.ToString());
        var left = texts[target].Count - (total - room);
        if (left <= 0) throw ModelException.NothingToTruncate($"the text to be shortened has {texts[target].Count} tokens, {total - room} too few", Which.ToString());
        return [.. texts.Select((text, i) => i == target ? Cut(text, left) : text)];
    }

    /// <summary>The longer text gives way until both are of a length; then both do.</summary>
    private List<TokenList> CutLongest(TokenList first, TokenList second, int room)
    {
        var shorter = Math.Min(first.Count, second.Count);
        var longer = Math.Max(shorter, room - shorter);
        if (shorter + longer > room) (shorter, longer) = (room / 2, room - room / 2);
        return first.Count <= second.Count ? [Cut(first, shorter), Cut(second, longer)] : [Cut(first, longer), Cut(second, shorter)];
    }

    private TokenList Cut(TokenList text, int length) =>
        text.Count <= length ? text : FromLeft ? text.Slice(text.Count - length, text.Count) : text.Slice(0, length);

    /// <summary>Adds the parts that <paramref name="cut"/> lacks of <paramref name="whole"/>, each sharing the stride with the part before it.</summary>
    private TokenList KeepOverflow(TokenList cut, TokenList whole)
    {
        if (cut.Count == whole.Count) return cut;
        if (cut.Count == 0) cut.Overflow.Add(whole);
        var step = Math.Max(cut.Count - Stride, 1);
        for (int done = step, taken = cut.Count; cut.Count > 0 && taken < whole.Count; done += step)
        {
            taken = Math.Min(done + cut.Count, whole.Count);
            cut.Overflow.Add(FromLeft ? whole.Slice(whole.Count - taken, whole.Count - done) : whole.Slice(done, taken));
        }
        return cut;
    }
}
