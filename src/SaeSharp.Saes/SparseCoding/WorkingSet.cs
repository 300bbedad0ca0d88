using System.Numerics.Tensors;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>The atoms that a signal's code may use for now, with their Gram matrix: what inner solvers work on, in f64.</summary>
/// <remarks>The Gram matrix is of these atoms only, w² d multiplications; the whole one, n² numbers, is never needed.</remarks>
internal sealed class WorkingSet(AtomDictionary dictionary, double[] signal, double ridge)
{
    private readonly List<int> _atoms = [];
    private readonly HashSet<int> _present = [];
    private readonly double[] _atom = new double[dictionary.Width];
    private double[] _gram = [], _products = [], _weights = [];
    private int _stride;

    public int Count => _atoms.Count;

    public ReadOnlySpan<int> Atoms => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_atoms);

    /// <summary>a_j · b, [Count].</summary>
    public ReadOnlySpan<double> Products => _products.AsSpan(0, Count);

    /// <summary>x on these atoms, [Count].</summary>
    public Span<double> Weights => _weights.AsSpan(0, Count);

    public bool Contains(int atom) => _present.Contains(atom);

    /// <summary>One row of A'A, the ridge on its diagonal: [Count].</summary>
    public ReadOnlySpan<double> Gram(int at) => _gram.AsSpan(at * _stride, Count);

    /// <summary>The correlations of these atoms with what is left: A'b − (A'A + ridge)·x.</summary>
    public void Correlations(Span<double> correlations)
    {
        Products.CopyTo(correlations);
        for (var i = 0; i < Count; i++)
            if (_weights[i] != 0) TensorPrimitives.MultiplyAdd(Gram(i), -_weights[i], correlations, correlations);
    }

    /// <summary>Adds atoms that are not here yet, with weight 0.</summary>
    public void Add(ReadOnlySpan<int> atoms)
    {
        if (atoms.IsEmpty) return;
        Reserve(Count + atoms.Length);
        var first = Count;
        _atoms.AddRange(atoms);
        foreach (var atom in atoms) _present.Add(atom);
        dictionary.Dots(atoms, signal, _products.AsSpan(first));
        for (var i = first; i < Count; i++)
        {
            dictionary.CopyAtom(_atoms[i], _atom);
            var row = _gram.AsSpan(i * _stride, i + 1);
            dictionary.Dots(Atoms[..(i + 1)], _atom, row);
            row[i] += ridge;
            for (var j = 0; j < i; j++) _gram[j * _stride + i] = row[j];
        }
    }

    private void Reserve(int count)
    {
        if (count <= _stride) return;
        var stride = Math.Max(count, _stride + _stride / 2);
        var gram = new double[checked(stride * stride)];
        for (var i = 0; i < Count; i++) Gram(i).CopyTo(gram.AsSpan(i * stride));
        Array.Resize(ref _products, stride);
        Array.Resize(ref _weights, stride);
        (_gram, _stride) = (gram, stride);
    }
}
