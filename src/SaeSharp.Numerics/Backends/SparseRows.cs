using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends;

/// <summary>Sparse codes whose rows have any number of entries: row r owns the entries Starts[r] … Starts[r + 1] − 1 of <see cref="Indices"/> and <see cref="Values"/>.</summary>
/// <remarks>
/// What BatchTopK, JumpReLU and ReLU encoders choose, and what the sparse decoder and its gradients read; encoders write a row's latents in ascending order. The
/// tensors have room for more entries than there are and grow where an encoder finds more: take them anew after each encoding, and read <see cref="Count"/> of each.
/// </remarks>
public sealed class SparseRows
{
    private readonly DType _type;
    private Tensor _starts;
    private Tensor? _gradients;

    /// <param name="type">Of the values: f32 or f64.</param>
    /// <param name="rows">How many rows; <see cref="Resize"/> changes it.</param>
    /// <param name="capacity">Entries to have room for from the start.</param>
    public SparseRows(DType type, int rows, int capacity = 0)
    {
        _type = type;
        _starts = Tensor.Zeros(DType.I32, checked(rows + 1));
        Rows = rows;
        (Values, Indices) = (Tensor.Zeros(type, capacity), Tensor.Zeros(DType.I32, capacity));
    }

    public DType Type => _type;

    public int Rows { get; private set; }

    /// <summary>Entries of all rows.</summary>
    public int Count => Starts[^1];

    /// <summary>[rows + 1]: where each row's entries begin.</summary>
    public ReadOnlySpan<int> Starts => _starts.Span<int>()[..(Rows + 1)];

    /// <summary>The entries' numbers; [capacity], of which the first <see cref="Count"/> count.</summary>
    public Tensor Values { get; private set; }

    /// <summary>The entries' latents, i32; [capacity].</summary>
    public Tensor Indices { get; private set; }

    /// <summary>A second number for each entry, usually the gradient of its value: what <see cref="Backend.SparseDots(Tensor, SparseRows, Tensor)"/> writes. Made at its first use.</summary>
    public Tensor Gradients => _gradients ??= Tensor.Zeros(_type, Values.Shape);

    /// <summary>Lists that encoders gather in before the length of any row is known.</summary>
    internal EntryLists Lists { get; } = new();

    /// <summary>Changes the number of rows; all are empty then.</summary>
    public void Resize(int rows)
    {
        if (rows + 1 > _starts.Count) _starts = Tensor.Zeros(DType.I32, checked(rows + 1));
        Rows = rows;
        MutableStarts.Clear();
    }

    /// <summary>Makes these the filled slots of <paramref name="values"/> and <paramref name="indices"/> [rows, k], in their order.</summary>
    public void Take(Tensor values, Tensor indices)
    {
        Shape.RequireType(values, _type);
        Shape.RequireType(indices, DType.I32);
        if (!values.Shape.SequenceEqual(indices.Shape)) throw ShapeException.Mismatch(nameof(indices), values.ShapeText, indices.ShapeText);
        Resize(values.RowCount);
        Reserve(checked((int)values.Count));
        if (_type == DType.F64) Copy<double>(values, indices);
        else Copy<float>(values, indices);
    }

    /// <summary>Fills <paramref name="part"/> with the entries of the latents <paramref name="first"/> … <paramref name="end"/> − 1, counted from 0 there.</summary>
    /// <remarks>One group of a Matryoshka code: it is decoded with w.Rows(first, end − first), and its gradients go to the same rows.</remarks>
    public void CopyRange(int first, int end, SparseRows part)
    {
        Shape.RequireType(part.Values, _type);
        part.Resize(Rows);
        part.Reserve(Count);
        if (_type == DType.F64) CopyRange<double>(first, end, part);
        else CopyRange<float>(first, end, part);
    }

    /// <summary>Spreads the entries over <paramref name="levels"/> times as many rows: row r's entries of a level l come to row l · rows + r of <paramref name="split"/>, in their order.</summary>
    /// <param name="levelOf">The level of each latent, from 0.</param>
    /// <param name="levels">How many there are.</param>
    /// <param name="split">Gets the entries.</param>
    /// <param name="positions">Where each entry went; at least <see cref="Count"/>.</param>
    public void Split(ReadOnlySpan<int> levelOf, int levels, SparseRows split, Span<int> positions)
    {
        Shape.RequireType(split.Values, _type);
        split.Resize(checked(levels * Rows));
        split.Reserve(Count);
        var starts = Starts;
        var indices = Indices.Span<int>()[..Count];
        var next = split.MutableStarts[1..];
        for (var row = 0; row < Rows; row++)
            for (var entry = starts[row]; entry < starts[row + 1]; entry++) next[levelOf[indices[entry]] * Rows + row]++;
        var begin = 0;
        foreach (ref var count in next) (count, begin) = (begin, begin + count);
        for (var row = 0; row < Rows; row++)
            for (var entry = starts[row]; entry < starts[row + 1]; entry++) positions[entry] = next[levelOf[indices[entry]] * Rows + row]++; // ends as where the row ends
        if (_type == DType.F64) Move<double>(split, positions);
        else Move<float>(split, positions);
    }

    internal Span<int> MutableStarts => _starts.Span<int>()[..(Rows + 1)];

    internal unsafe int* StartsPointer => _starts.Pointer<int>();

    /// <summary>Room for <paramref name="entries"/>; what the entries held may be lost.</summary>
    internal void Reserve(int entries)
    {
        if (entries <= Values.Count) return;
        var capacity = (int)Math.Min(Array.MaxLength, entries + entries / 8L);
        (Values, Indices) = (Tensor.Zeros(_type, capacity), Tensor.Zeros(DType.I32, capacity));
        _gradients = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy<T>(Tensor values, Tensor indices) where T : unmanaged
    {
        Span<T> fromValues = values.Span<T>(), toValues = Values.Span<T>();
        Span<int> fromIndices = indices.Span<int>(), toIndices = Indices.Span<int>(), starts = MutableStarts;
        var (k, count) = (values.Columns, 0);
        for (var row = 0; row < Rows; row++)
        {
            for (var slot = row * k; slot < (row + 1) * k; slot++)
                if (fromIndices[slot] >= 0)
                    (toValues[count], toIndices[count++]) = (fromValues[slot], fromIndices[slot]);
            starts[row + 1] = count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move<T>(SparseRows split, ReadOnlySpan<int> positions) where T : unmanaged
    {
        var fromValues = Values.Span<T>();
        var fromIndices = Indices.Span<int>();
        var toValues = split.Values.Span<T>();
        var toIndices = split.Indices.Span<int>();
        for (var entry = 0; entry < Count; entry++) (toValues[positions[entry]], toIndices[positions[entry]]) = (fromValues[entry], fromIndices[entry]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyRange<T>(int first, int end, SparseRows part) where T : unmanaged
    {
        Span<T> fromValues = Values.Span<T>(), toValues = part.Values.Span<T>();
        Span<int> fromIndices = Indices.Span<int>(), toIndices = part.Indices.Span<int>(), partStarts = part.MutableStarts;
        var starts = Starts;
        var count = 0;
        for (var row = 0; row < Rows; row++)
        {
            for (var entry = starts[row]; entry < starts[row + 1]; entry++)
                if (fromIndices[entry] >= first && fromIndices[entry] < end)
                    (toValues[count], toIndices[count++]) = (fromValues[entry], fromIndices[entry] - first);
            partStarts[row + 1] = count;
        }
    }
}
