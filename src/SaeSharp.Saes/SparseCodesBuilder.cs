using System.Numerics;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes;

/// <summary>Collects rows of latents into <see cref="SparseCodes"/>.</summary>
internal sealed class SparseCodesBuilder(int dSae, int rows)
{
    /// <summary>Up to so many words of marks, of 64 latents each, for a slot, going through them is faster than sorting (about even at ten).</summary>
    private const int WordsASlot = 6;

    private readonly List<int> _starts = new(rows + 1) { 0 };
    private readonly List<int> _indices = [];
    private readonly List<float> _values = [];
    private ulong[] _marks = [];
    private float[] _marked = [];

    private int Words => (dSae + 63) / 64;

    /// <summary>Rows of one context: what a row's latents may depend on.</summary>
    public int ContextRows { get; init; } = 1;

    /// <summary><see cref="SparseCodes.Beside"/>.</summary>
    public Tensor? Beside { get; set; }

    /// <summary>One row of x·W, [dSae]: the latents z = x·W + bias above their thresholds.</summary>
    public void AddAbove(ReadOnlySpan<float> products, ReadOnlySpan<float> bias, ReadOnlySpan<float> thresholds)
    {
        var (i, width) = (0, Vector<float>.Count);
        for (; i <= products.Length - width; i += width)
        {
            // Most blocks hold nothing that fires.
            var z = new Vector<float>(products[i..]) + new Vector<float>(bias[i..]);
            if (Vector.LessThanOrEqualAll(z, new Vector<float>(thresholds[i..]))) continue;
            for (var lane = 0; lane < width; lane++) AddAbove(i + lane, z[lane], thresholds[i + lane]);
        }
        for (; i < products.Length; i++) AddAbove(i, products[i] + bias[i], thresholds[i]);
        _starts.Add(_indices.Count);
    }

    /// <summary>One row given densely, [dSae]: its zeros are left out.</summary>
    public void AddDenseRow(ReadOnlySpan<float> latents)
    {
        for (var i = 0; i < latents.Length; i++)
        {
            if (latents[i] == 0) continue;
            _indices.Add(i);
            _values.Add(latents[i]);
        }
        _starts.Add(_indices.Count);
    }

    /// <summary>One row given as slots in any order, each index once; index −1 marks an empty slot. The spans may be sorted in place.</summary>
    public void AddSlots(Span<int> indices, Span<float> values)
    {
        if (Words <= WordsASlot * indices.Length) AddMarked(indices, values);
        else AddSorted(indices, values);
        _starts.Add(_indices.Count);
    }

    public SparseCodes Build(RowScaling? scaling = null) => new(dSae, [.. _starts], [.. _indices], [.. _values]) { Scaling = scaling, Beside = Beside };

    /// <summary>A bit for each latent says which are there; going through the bits gives them in order: 3.5 times as fast as sorting for 32 of 1,024 latents.</summary>
    private void AddMarked(ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        if (_marks.Length == 0) (_marks, _marked) = (new ulong[Words], GC.AllocateUninitializedArray<float>(dSae));
        for (var i = 0; i < indices.Length; i++)
        {
            var index = indices[i];
            if (index < 0) continue;
            _marks[index >> 6] |= 1UL << index;
            _marked[index] = values[i];
        }
        for (var word = 0; word < _marks.Length; word++)
        {
            for (var bits = _marks[word]; bits != 0; bits &= bits - 1)
            {
                var index = word << 6 | BitOperations.TrailingZeroCount(bits);
                _indices.Add(index);
                _values.Add(_marked[index]);
            }
            _marks[word] = 0;
        }
    }

    private void AddSorted(Span<int> indices, Span<float> values)
    {
        indices.Sort(values);
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] < 0) continue;
            _indices.Add(indices[i]);
            _values.Add(values[i]);
        }
    }

    private void AddAbove(int index, float z, float threshold)
    {
        if (z <= threshold) return; // NaN is kept, so that it shows
        _indices.Add(index);
        _values.Add(z);
    }
}
