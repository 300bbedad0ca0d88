using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Which prompts are of A and which of B, who belongs with whom, and which half chooses. A's prompts come first.</summary>
internal sealed class PromptSplit
{
    private readonly sbyte[] _all, _choosing, _held;

    /// <param name="a">Prompts of A.</param>
    /// <param name="b">Prompts of B.</param>
    /// <param name="paired">Whether the n-th of both belong together.</param>
    /// <param name="seed">Seed of the halves.</param>
    public PromptSplit(int a, int b, bool paired, int seed)
    {
        (A, B, IsPaired) = (a, b, paired);
        (_all, _choosing, _held) = (new sbyte[a + b], new sbyte[a + b], new sbyte[a + b]);
        _all.AsSpan(0, a).Fill(1);
        _all.AsSpan(a).Fill(-1);
        var random = new SplitMix((ulong)(uint)seed);
        var orderA = Shuffled(a, ref random);
        var orderB = paired ? orderA : Shuffled(b, ref random);
        for (var i = 0; i < a; i++) (i < (a + 1) / 2 ? _choosing : _held)[orderA[i]] = 1;
        for (var i = 0; i < b; i++) (i < (b + 1) / 2 ? _choosing : _held)[a + orderB[i]] = -1;
    }

    public int A { get; }

    public int B { get; }

    public int Count => A + B;

    public bool IsPaired { get; }

    /// <summary>1 for prompts of A, −1 for those of B.</summary>
    public ReadOnlySpan<sbyte> All => _all;

    /// <summary>The same, 0 for those that are held out.</summary>
    public ReadOnlySpan<sbyte> Choosing => _choosing;

    /// <summary>The same, 0 for those that choose.</summary>
    public ReadOnlySpan<sbyte> Held => _held;

    /// <summary>Numbers of the prompts of a half.</summary>
    public static int[] Members(ReadOnlySpan<sbyte> half)
    {
        var members = new List<int>();
        for (var i = 0; i < half.Length; i++)
            if (half[i] != 0) members.Add(i);
        return [.. members];
    }

    private static int[] Shuffled(int count, ref SplitMix random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (var i = count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
