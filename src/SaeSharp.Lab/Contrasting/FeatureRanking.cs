using System.Runtime.CompilerServices;

namespace SaeSharp.Lab.Contrasting;

/// <summary>One feature's values over all prompts in order of size. Only values that are not zero are sorted: all zeros are one tie. Reused from feature to feature.</summary>
/// <param name="prompts">How many prompts there are.</param>
internal sealed class FeatureRanking(int prompts)
{
    private readonly float[] _values = new float[prompts];
    private readonly int[] _prompts = new int[prompts];
    private readonly int[] _weights = new int[prompts];
    private int _negatives;

    /// <summary>Values that are not zero.</summary>
    public int Count { get; private set; }

    /// <summary>The prompts of these values, ascending by value.</summary>
    public ReadOnlySpan<int> Prompts => _prompts.AsSpan(0, Count);

    /// <summary>The values, ascending.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    /// <summary>For each of <see cref="Prompts"/> twice its rank among all prompts less twice the rank of a zero: a rank sum is Σ of A's weights, and a constant.</summary>
    public ReadOnlySpan<int> Weights => _weights.AsSpan(0, Count);

    private int Zeros => prompts - Count;

    /// <summary>Ranks the feature that has <paramref name="values"/> on <paramref name="at"/> and 0 elsewhere.</summary>
    public void Take(ReadOnlySpan<int> at, ReadOnlySpan<float> values)
    {
        Count = values.Length;
        at.CopyTo(_prompts);
        values.CopyTo(_values);
        _values.AsSpan(0, Count).Sort(_prompts.AsSpan(0, Count));
        _negatives = 0;
        while (_negatives < Count && _values[_negatives] < 0) _negatives++;
        var zero = 2 * _negatives + Zeros + 1;
        for (int start = 0, end; start < Count; start = end)
        {
            end = EndOfTie(start);
            var before = start < _negatives ? start : start + Zeros;
            _weights.AsSpan(start, end - start).Fill(2 * before + (end - start) + 1 - zero);
        }
    }

    /// <summary>AUROC over the prompts of which <paramref name="side"/> says A (1) or B (−1), of which there are <paramref name="a"/> and <paramref name="b"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Area Area(ReadOnlySpan<sbyte> side, int a, int b)
    {
        if (a == 0 || b == 0) return new(0.5, double.NaN, 0);
        var (zeroA, zeroB) = (a, b);
        foreach (var prompt in Prompts)
        {
            if (side[prompt] > 0) zeroA--;
            else if (side[prompt] < 0) zeroB--;
        }
        var sweep = new Sweep(a, b);
        for (var start = 0; start <= Count;)
        {
            if (start == _negatives) sweep.Add(zeroA, zeroB);
            if (start == Count) break;
            var (ups, downs, end) = (0, 0, EndOfTie(start));
            for (var i = start; i < end; i++)
            {
                if (side[_prompts[i]] > 0) ups++;
                else if (side[_prompts[i]] < 0) downs++;
            }
            sweep.Add(ups, downs);
            start = end;
        }
        return sweep.Area;
    }

    /// <summary>Whether A's prompt has more than B's in every pair (1), less in every pair (−1), or neither (0); <paramref name="torn"/> tells whether any pair ties.</summary>
    /// <param name="pairs">Pairs: prompt n and n + pairs.</param>
    /// <param name="side">Prompts that are not 0 here count.</param>
    /// <param name="scratch">Memory, [prompts], zero before and after.</param>
    /// <param name="torn">Whether a pair ties.</param>
    public int EveryPair(int pairs, ReadOnlySpan<sbyte> side, Span<int> scratch, out bool torn)
    {
        for (var i = 0; i < Count; i++) scratch[_prompts[i]] = _weights[i];
        var (ups, downs, ties) = (0, 0, 0);
        for (var n = 0; n < pairs; n++)
        {
            if (side[n] == 0) continue;
            var difference = scratch[n].CompareTo(scratch[n + pairs]);
            if (difference > 0) ups++;
            else if (difference < 0) downs++;
            else ties++;
        }
        foreach (var prompt in Prompts) scratch[prompt] = 0;
        torn = ties > 0;
        return torn || (ups > 0 && downs > 0) ? 0 : Math.Sign(ups - downs);
    }

    private int EndOfTie(int start)
    {
        var end = start + 1;
        while (end < Count && _values[end] == _values[start]) end++;
        return end;
    }

    /// <summary>Goes over the values from the lowest to the highest, tie by tie.</summary>
    private struct Sweep(int a, int b)
    {
        private long _won;                          // pairs that A wins, ties counting one, others two: whole, so that 1/2 is 1/2
        private double _squaresA, _squaresB;        // Σ of V10² over A, of V01² over B
        private int _belowA, _belowB, _separations;

        public void Add(int ups, int downs)
        {
            var above = (_belowB + downs / 2.0) / b;            // V10: share of B below one of these of A
            var under = (a - _belowA - ups + ups / 2.0) / a;    // V01: share of A above one of these of B
            _won += ups * (2L * _belowB + downs);
            _squaresA += ups * above * above;
            _squaresB += downs * under * under;
            (_belowA, _belowB) = (_belowA + ups, _belowB + downs);
            if (ups + downs == 0) return;
            var below = _belowA + _belowB;
            if (below == b) _separations++;
            if (below == a && a != b) _separations++;
        }

        public readonly Area Area
        {
            get
            {
                var auroc = _won / (2.0 * a * b);
                // Of equal sets one cut serves both ways round.
                var separations = a == b ? 2 * _separations : _separations;
                if (a < 2 || b < 2) return new(auroc, double.NaN, separations);
                var spread = Math.Max(0, _squaresA - a * auroc * auroc) / (a - 1) / a + Math.Max(0, _squaresB - b * auroc * auroc) / (b - 1) / b;
                return new(auroc, auroc is 0 or 1 ? 0 : Math.Sqrt(spread), separations);
            }
        }
    }
}
