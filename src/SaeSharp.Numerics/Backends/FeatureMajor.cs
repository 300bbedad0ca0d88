using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends;

/// <summary>The entries of sparse codes sorted by feature: for each feature, which entries chose it, in row order.</summary>
/// <remarks>A counting sort over [rows, k] slots or ragged rows; gradients of decoder and encoder rows then run feature by feature without conflicts. Buffers are reused.</remarks>
public sealed class FeatureMajor(int features)
{
    private int[] _entries = [], _rows = [];
    private readonly int[] _starts = new int[features + 1];
    private readonly int[] _next = new int[features];

    public int Features => features;

    /// <summary>Entries of feature f are <see cref="Entries"/>[Starts[f] .. Starts[f + 1]).</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Positions in the flat [rows · k] code or in the ragged one, ascending within a feature.</summary>
    public ReadOnlySpan<int> Entries => _entries.AsSpan(0, _starts[^1]);

    /// <summary>The row of each of <see cref="Entries"/>; empty after a sort of [rows · k] slots, where row = entry / k.</summary>
    public ReadOnlySpan<int> Rows => IsRagged ? _rows.AsSpan(0, _starts[^1]) : default;

    internal bool IsRagged { get; private set; }

    /// <summary>Sorts <paramref name="indices"/> [rows · k]; −1 marks an empty slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sort(ReadOnlySpan<int> indices)
    {
        IsRagged = false;
        Count(indices);
        for (var i = 0; i < indices.Length; i++)
            if (indices[i] >= 0) _entries[_next[indices[i]]++] = i;
    }

    /// <summary>Sorts the entries of ragged rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sort(SparseRows code)
    {
        ReadOnlySpan<int> indices = code.Indices.Span<int>()[..code.Count], starts = code.Starts;
        IsRagged = true;
        Count(indices);
        if (_rows.Length < indices.Length) _rows = GC.AllocateUninitializedArray<int>(_entries.Length);
        for (var row = 0; row < code.Rows; row++)
        {
            for (var entry = starts[row]; entry < starts[row + 1]; entry++)
            {
                var at = _next[indices[entry]]++;
                (_entries[at], _rows[at]) = (entry, row);
            }
        }
        GC.KeepAlive(code);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(ReadOnlySpan<int> indices)
    {
        if (_entries.Length < indices.Length) _entries = GC.AllocateUninitializedArray<int>(indices.Length + indices.Length / 8);
        Array.Clear(_starts);
        foreach (var index in indices)
            if (index >= 0) _starts[index + 1]++;
        for (var f = 0; f < features; f++) _starts[f + 1] += _starts[f];
        Array.Copy(_starts, _next, features);
    }
}
