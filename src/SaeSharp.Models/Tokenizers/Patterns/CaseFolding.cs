using System.Text;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>What counts as the same letter where case is ignored: one code point for one.</summary>
internal static class CaseFolding
{
    private static readonly Lazy<Dictionary<int, int[]>> Partners = new(Find);

    /// <summary>The set with every partner of every member.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        var partners = Partners.Value;
        var added = partners.Where(row => set.Contains(row.Key)).SelectMany(row => row.Value).Select(point => (point, point));
        return set.Or(CodePointSet.Of(added));
    }

    /// <summary>Letters whose lower case, or whose upper case, is one and the same.</summary>
    private static Dictionary<int, int[]> Find()
    {
        var groups = new Dictionary<int, List<int>>();
        for (var point = 0; point <= CodePointSet.Last; point++)
        {
            if (!Rune.TryCreate(point, out var rune) || !Rune.IsLetter(rune) && Rune.ToLowerInvariant(rune) == rune && Rune.ToUpperInvariant(rune) == rune) continue;
            var folded = Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).Value;
            if (Special(point) is { } letter) folded = letter;
            if (!groups.TryGetValue(folded, out var group)) groups.Add(folded, group = []);
            group.Add(point);
        }
        return groups.Values.Where(group => group.Count > 1).SelectMany(group => group.Select(point => (point, others: group.Where(other => other != point).ToArray())))
            .ToDictionary(row => row.point, row => row.others);
    }

    /// <summary>Long s, the Kelvin and the Ångström sign fold to plain letters in Unicode, which the invariant culture leaves out.</summary>
    private static int? Special(int point) => point switch { 0x17F => 's', 0x212A => 'k', 0x212B => 0xE5, 0x130 or 0x131 => point, _ => null };
}
