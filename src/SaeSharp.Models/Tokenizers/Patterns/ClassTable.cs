using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Which of the sets of a pattern each code point is in: one bit a set, in pages that are made when first asked for.</summary>
internal sealed class ClassTable
{
    private const int PageBits = 8;
    private const int Bits = 64;

    private readonly CodePointSet[] sets;
    private readonly ulong[]?[] pages = new ulong[]?[(CodePointSet.Last + 1) >> PageBits];

    public ClassTable(IReadOnlyList<CodePointSet> sets)
    {
        this.sets = [.. sets];
        Low = [.. Page(0)];
    }

    /// <summary>The bits of the first 256 code points.</summary>
    public ulong[] Low { get; }

    /// <summary>Whether code point <paramref name="point"/> is in set <paramref name="set"/>.</summary>
    public bool Contains(int set, int point) => set < Bits ? (Page(point >> PageBits)[point & ((1 << PageBits) - 1)] >> set & 1) != 0 : sets[set].Contains(point);

    private ulong[] Page(int number) => pages[number] ?? (pages[number] = Make(number));

    private ulong[] Make(int number)
    {
        var page = new ulong[1 << PageBits];
        for (var set = 0; set < Math.Min(sets.Length, Bits); set++)
        {
            for (var i = 0; i < page.Length; i++)
            {
                if (sets[set].Contains(number << PageBits | i)) page[i] |= 1UL << set;
            }
        }
        return page;
    }
}
