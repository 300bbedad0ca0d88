using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends;

/// <summary>The entries of sparse codes sorted by feature: for each feature, which entries chose it, in row order.</summary>
/// <remarks>
/// A counting sort over [rows, k] slots or ragged rows; gradients of decoder and encoder rows then run feature by feature without conflicts. Buffers are reused.
/// Being stable, a sort has one result, whoever sorts: threads take rows in turn, each with counts of its own.
/// </remarks>
/// <param name="features">How many features there are.</param>
/// <param name="capacity">Entries to have room for from the start.</param>
public sealed class FeatureMajor(int features, int capacity = 0)
{
    private const int LeastRows = 256; // of one thread
    private int[] _entries = GC.AllocateUninitializedArray<int>(capacity), _rows = GC.AllocateUninitializedArray<int>(capacity);
    private readonly int[] _starts = new int[features + 1];
    private int[] _next = new int[features]; // of each thread

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
        if (_entries.Length < indices.Length) _entries = GC.AllocateUninitializedArray<int>(indices.Length + indices.Length / 8);
        Array.Clear(_starts);
        foreach (var index in indices)
            if (index >= 0) _starts[index + 1]++;
        for (var f = 0; f < features; f++) _starts[f + 1] += _starts[f];
        Array.Copy(_starts, _next, features);
        for (var i = 0; i < indices.Length; i++)
            if (indices[i] >= 0) _entries[_next[indices[i]]++] = i;
    }

    /// <summary>Sorts the entries of ragged rows, on the threads of <paramref name="backend"/> where one is given.</summary>
    public void Sort(SparseRows code, Backend? backend = null)
    {
        IsRagged = true;
        var count = code.Count;
        if (_entries.Length < count) _entries = GC.AllocateUninitializedArray<int>(count + count / 8);
        if (_rows.Length < count) _rows = GC.AllocateUninitializedArray<int>(_entries.Length);
        var shares = Math.Clamp(code.Rows / LeastRows, 1, backend?.Threads ?? 1);
        if (_next.Length < shares * features) _next = new int[shares * features];
        _next.AsSpan(0, shares * features).Clear();
        var job = new SortJob { Order = this, Code = code, Shares = shares };
        Run(shares, ref job, backend);
        var total = 0;
        for (var f = 0; f < features; f++)
        {
            _starts[f] = total;
            for (var share = 0; share < shares; share++) (_next[share * features + f], total) = (total, total + _next[share * features + f]);
        }
        _starts[features] = total;
        job.IsPlacing = true;
        Run(shares, ref job, backend);
    }

    /// <summary>Leaves out the entries for which both numbers are 0: they add nothing to a gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DropZeros<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> others) where T : unmanaged, INumberBase<T>
    {
        var (kept, at) = (0, 0);
        for (var f = 0; f < features; f++)
        {
            for (var end = _starts[f + 1]; at < end; at++)
            {
                // Always written, and counted only where it stays: no branch to guess wrong.
                var entry = _entries[at];
                (_entries[kept], _rows[kept]) = (entry, _rows[at]);
                kept += T.IsZero(values[entry]) && T.IsZero(others[entry]) ? 0 : 1;
            }
            _starts[f + 1] = kept;
        }
    }

    private static void Run(int parts, ref SortJob job, Backend? backend)
    {
        if (backend is not null && parts > 1) backend.Run(parts, ref job);
        else
            for (var part = 0; part < parts; part++) job.Run(part);
    }

    /// <summary>Counts the entries of a share of the rows, or puts them where they belong.</summary>
    private struct SortJob : IJob
    {
        public FeatureMajor Order;
        public SparseRows Code;
        public int Shares;
        public bool IsPlacing;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int part)
        {
            int first = (int)((long)Code.Rows * part / Shares), end = (int)((long)Code.Rows * (part + 1) / Shares);
            ReadOnlySpan<int> indices = Code.Indices.Span<int>(), starts = Code.Starts;
            var next = Order._next.AsSpan(part * Order.Features, Order.Features);
            if (!IsPlacing)
            {
                foreach (var index in indices[starts[first]..starts[end]]) next[index]++;
                return;
            }
            var (entries, rows) = (Order._entries, Order._rows);
            for (var row = first; row < end; row++)
            {
                for (var entry = starts[row]; entry < starts[row + 1]; entry++)
                {
                    var at = next[indices[entry]]++;
                    (entries[at], rows[at]) = (entry, row);
                }
            }
        }
    }
}
