using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Random relabellings of the prompts, ready to add up many at a time: for each block of rounds and each prompt, a mask of all ones where it is of A.</summary>
/// <remarks>Without pairs each round is a Fisher-Yates shuffle of all prompts, whose first ones become A; with pairs each pair keeps its order or changes it.</remarks>
internal sealed class LabelShuffles
{
    private const int Vectors = 8; // accumulators that fit the registers

    private readonly int[][] _masks; // [block][prompt · Block + round]

    public LabelShuffles(PromptSplit split, int rounds, int seed)
    {
        (Split, Rounds) = (split, rounds);
        _masks = new int[(rounds + Block - 1) / Block][];
        var random = new SplitMix(SplitMix.Hash(seed, rounds));
        for (var block = 0; block < _masks.Length; block++)
        {
            _masks[block] = new int[split.Count * Block];
            for (var round = 0; round < Math.Min(Block, rounds - block * Block); round++) Fill(_masks[block], round, ref random);
        }
    }

    /// <summary>Rounds of a block.</summary>
    public static int Block => Vectors * Vector<int>.Count;

    public PromptSplit Split { get; }

    public int Rounds { get; }

    public int Blocks => _masks.Length;

    /// <summary>Σ over the prompts that a round calls A of their weights, for each round of a block.</summary>
    /// <param name="block">Which block.</param>
    /// <param name="prompts">Prompts.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="sums">Gets the sums, [Block].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int block, ReadOnlySpan<int> prompts, ReadOnlySpan<int> weights, Span<int> sums)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sums.Length, Block);
        ArgumentOutOfRangeException.ThrowIfLessThan(weights.Length, prompts.Length);
        Vector<int> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        var masks = MemoryMarshal.Cast<int, Vector<int>>(_masks[block].AsSpan());
        for (var i = 0; i < prompts.Length; i++)
        {
            var weight = new Vector<int>(weights[i]);
            ref var row = ref MemoryMarshal.GetReference(masks.Slice(prompts[i] * Vectors, Vectors)); // checked here, not for each of the eight
            s0 += row & weight;
            s1 += Unsafe.Add(ref row, 1) & weight;
            s2 += Unsafe.Add(ref row, 2) & weight;
            s3 += Unsafe.Add(ref row, 3) & weight;
            s4 += Unsafe.Add(ref row, 4) & weight;
            s5 += Unsafe.Add(ref row, 5) & weight;
            s6 += Unsafe.Add(ref row, 6) & weight;
            s7 += Unsafe.Add(ref row, 7) & weight;
        }
        var into = MemoryMarshal.Cast<int, Vector<int>>(sums);
        (into[0], into[1], into[2], into[3], into[4], into[5], into[6], into[7]) = (s0, s1, s2, s3, s4, s5, s6, s7);
    }

    /// <summary>Whether a round calls a prompt A.</summary>
    public bool IsA(int round, int prompt) => _masks[round / Block][prompt * Block + round % Block] != 0;

    private void Fill(int[] masks, int round, ref SplitMix random)
    {
        if (Split.IsPaired)
        {
            for (var n = 0; n < Split.A; n++) masks[((random.Next() & 1) == 0 ? n : n + Split.A) * Block + round] = -1;
            return;
        }
        int[] order = [.. Enumerable.Range(0, Split.Count)];
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        for (var i = 0; i < Split.A; i++) masks[order[i] * Block + round] = -1;
    }
}
