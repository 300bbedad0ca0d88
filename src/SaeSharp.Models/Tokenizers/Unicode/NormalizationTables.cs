using System.Globalization;

namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>What normalisation needs to know of characters, by the old Unicode versions that the reference's tables have: read once from normalization.txt, which says where from.</summary>
/// <remarks>.NET's own normalisation knows newer characters, and needs a native library that a program without cultures does not load.</remarks>
internal static class NormalizationTables
{
    private const string Resource = "SaeSharp.Models.Tokenizers.Unicode.normalization.txt";

    private static readonly Dictionary<int, (int[] Scalars, bool Compatibility)> Steps = [];
    private static readonly Dictionary<int, byte> Classes = [];
    private static readonly Dictionary<(int First, int Second), int> Pairs = [];
    private static readonly HashSet<int> Seconds = [];
    private static readonly HashSet<int> MarkSet = [];
    private static readonly HashSet<int> NonspacingSet = [];

    static NormalizationTables()
    {
        var exclusions = new HashSet<int>();
        ReadSections(exclusions);
        foreach (var (whole, (scalars, compatibility)) in Steps)
        {
            if (compatibility || scalars is not [var first, var second] || exclusions.Contains(whole)) continue;
            Pairs[(first, second)] = whole;
            Seconds.Add(second);
        }
    }

    /// <summary>Canonical_Combining_Class, Unicode 9.</summary>
    public static byte ClassOf(int scalar) => Classes.GetValueOrDefault(scalar);

    /// <summary>General category M, Unicode 9.</summary>
    public static bool IsMark(int scalar) => MarkSet.Contains(scalar);

    /// <summary>General category Mn, Unicode 8.</summary>
    public static bool IsNonspacingMark(int scalar) => NonspacingSet.Contains(scalar);

    /// <summary>Whether some character before it can take it in.</summary>
    public static bool ComposesBackward(int scalar) => Seconds.Contains(scalar) || Hangul.IsVowelOrTail(scalar);

    /// <summary>The character that two make together, or -1.</summary>
    public static int Compose(int first, int second) => Hangul.Compose(first, second) is >= 0 and var syllable ? syllable : Pairs.GetValueOrDefault((first, second), -1);

    /// <summary>Adds what a character is made of, down to the last step; false where it is itself.</summary>
    public static bool Decompose(int scalar, bool compatibility, List<int> into)
    {
        if (Hangul.Decompose(scalar, into)) return true;
        if (!Steps.TryGetValue(scalar, out var step) || step.Compatibility && !compatibility) return false;
        foreach (var part in step.Scalars)
        {
            if (!Decompose(part, compatibility, into)) into.Add(part);
        }
        return true;
    }

    private static void ReadSections(HashSet<int> exclusions)
    {
        using var reader = new StreamReader(typeof(NormalizationTables).Assembly.GetManifestResourceStream(Resource)!);
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#') continue;
            if (line[0] == '[') section = line;
            else foreach (var entry in line.Split(';')) Take(section, entry.Split('='), exclusions);
        }
    }

    private static void Take(string section, string[] entry, HashSet<int> exclusions)
    {
        foreach (var scalar in Range(entry[0]))
        {
            switch (section)
            {
                case "[decompositions]": Steps[scalar] = ([.. entry[1].TrimStart('~').Split(' ').Select(Scalar)], entry[1][0] == '~'); break;
                case "[classes]": Classes[scalar] = byte.Parse(entry[1], CultureInfo.InvariantCulture); break;
                case "[exclusions]": exclusions.Add(scalar); break;
                case "[marks]": MarkSet.Add(scalar); break;
                default: NonspacingSet.Add(scalar); break;
            }
        }
    }

    private static IEnumerable<int> Range(string text)
    {
        var bounds = text.Split('-');
        return Enumerable.Range(Scalar(bounds[0]), Scalar(bounds[^1]) - Scalar(bounds[0]) + 1);
    }

    private static int Scalar(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
