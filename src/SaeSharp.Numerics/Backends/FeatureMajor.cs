using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends;

/// <summary>The entries of sparse codes sorted by feature: for each feature, which (row, slot) pairs chose it, in row order.</summary>
/// <remarks>A counting sort over [rows, k] indices; gradients of decoder and encoder rows then run feature by feature without conflicts. Buffers are reused.</remarks>
public sealed class FeatureMajor(int features)
{
    private int[] _entries = [];
    private readonly int[] _starts = new int[features + 1];
    private readonly int[] _next = new int[features];

    public int Features => features;

    /// <summary>Entries of feature f are <see cref="Entries"/>[Starts[f] .. Starts[f + 1]).</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Positions in the flat [rows · k] code, ascending within a feature; row = entry / k.</summary>
    public ReadOnlySpan<int> Entries => _entries.AsSpan(0, _starts[^1]);

    /// <summary>Sorts <paramref name="indices"/> [rows · k]; −1 marks an empty slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sort(ReadOnlySpan<int> indices)
    {
        if (_entries.Length < indices.Length) _entries = GC.AllocateUninitializedArray<int>(indices.Length);
        Array.Clear(_starts);
        foreach (var index in indices)
            if (index >= 0) _starts[index + 1]++;
        for (var f = 0; f < features; f++) _starts[f + 1] += _starts[f];
        Array.Copy(_starts, _next, features);
        for (var i = 0; i < indices.Length; i++)
            if (indices[i] >= 0) _entries[_next[indices[i]]++] = i;
    }
}
