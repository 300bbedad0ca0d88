namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>Hangul syllables, which are composed by arithmetic (Unicode, section 3.12).</summary>
internal static class Hangul
{
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Tails = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, SyllableCount = LeadCount * VowelCount * TailCount;

    public static bool IsVowelOrTail(int scalar) => scalar is >= Vowels and < Vowels + VowelCount or > Tails and < Tails + TailCount;

    /// <summary>The syllable of a lead and a vowel, or of a syllable without a tail and a tail; else -1.</summary>
    public static int Compose(int first, int second)
    {
        if (first is >= Leads and < Leads + LeadCount && second is >= Vowels and < Vowels + VowelCount)
            return Syllables + ((first - Leads) * VowelCount + (second - Vowels)) * TailCount;
        var syllable = first - Syllables;
        var isOpen = syllable is >= 0 and < SyllableCount && syllable % TailCount == 0;
        return isOpen && second is > Tails and < Tails + TailCount ? first + (second - Tails) : -1;
    }

    public static bool Decompose(int scalar, List<int> into)
    {
        var syllable = scalar - Syllables;
        if (syllable is < 0 or >= SyllableCount) return false;
        into.Add(Leads + syllable / (VowelCount * TailCount));
        into.Add(Vowels + syllable % (VowelCount * TailCount) / TailCount);
        if (syllable % TailCount > 0) into.Add(Tails + syllable % TailCount);
        return true;
    }
}
