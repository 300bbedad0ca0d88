using System.Globalization;

namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>The scripts of Unicode, from the table in scripts.txt.</summary>
internal static class Scripts
{
    /// <summary>No script: unassigned, or a space.</summary>
    public const int None = -1;

    private const int ProlongedSound = 0x30FC;   // written with kana of either kind
    private static readonly List<(string Name, CodePointSet Older, CodePointSet All)> Table = Read();
    private static readonly (int First, int Last, int Script)[] OlderRanges =
        [.. Table.SelectMany((row, script) => row.Older.Ranges.Select(range => (range.First, range.Last, script))).Order()];
    private static readonly int Han = Table.FindIndex(row => row.Name == "Han");
    private static readonly int[] WrittenWithHan = [Table.FindIndex(row => row.Name == "Hiragana"), Table.FindIndex(row => row.Name == "Katakana")];

    /// <summary>The script of this name in any case, or null.</summary>
    public static CodePointSet? Named(string name) => Table.FirstOrDefault(row => row.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).All;

    /// <summary>The number of the script by Unicode 9, Japanese as one script, or <see cref="None"/>: what UnicodeScripts and sentencepiece go by.</summary>
    public static int Older(int codePoint)
    {
        if (codePoint == ' ') return None;
        if (codePoint == ProlongedSound) return Han;
        var at = Array.BinarySearch(OlderRanges, (codePoint, int.MaxValue, int.MaxValue));
        var before = at < 0 ? ~at - 1 : at;
        if (before < 0 || OlderRanges[before].Last < codePoint) return None;
        var script = OlderRanges[before].Script;
        return WrittenWithHan.Contains(script) ? Han : script;
    }

    private static List<(string, CodePointSet, CodePointSet)> Read()
    {
        using var lines = new StreamReader(typeof(Scripts).Assembly.GetManifestResourceStream("SaeSharp.Models.Tokenizers.Unicode.scripts.txt")!);
        var table = new List<(string, CodePointSet, CodePointSet)>();
        while (lines.ReadLine() is { } line)
        {
            if (line[0] == '#') continue;
            var words = line.Split(' ');
            var later = Array.IndexOf(words, ";");
            var older = Ranges(words[1..(later < 0 ? words.Length : later)]);
            table.Add((words[0], older, later < 0 ? older : older.Or(Ranges(words[(later + 1)..]))));
        }
        return table;
    }

    private static CodePointSet Ranges(string[] words) => CodePointSet.Of(words.Select(word =>
    {
        var ends = word.Split('-');
        return (Hex(ends[0]), Hex(ends[^1]));
    }));

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
