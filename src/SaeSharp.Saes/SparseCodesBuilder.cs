namespace SaeSharp.Saes;

/// <summary>Collects rows of latents into <see cref="SparseCodes"/>.</summary>
internal sealed class SparseCodesBuilder(int dSae, int rows)
{
    private readonly List<int> _starts = new(rows + 1) { 0 };
    private readonly List<int> _indices = [];
    private readonly List<float> _values = [];

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

    /// <summary>One row given as slots in any order; index −1 marks an empty slot. The spans are sorted in place.</summary>
    public void AddSlots(Span<int> indices, Span<float> values)
    {
        indices.Sort(values);
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] < 0) continue;
            _indices.Add(indices[i]);
            _values.Add(values[i]);
        }
        _starts.Add(_indices.Count);
    }

    public SparseCodes Build(RowScaling? scaling = null) => new(dSae, [.. _starts], [.. _indices], [.. _values]) { Scaling = scaling };
}
