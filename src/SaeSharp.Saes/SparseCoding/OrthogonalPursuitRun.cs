using System.Runtime.InteropServices;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Orthogonal matching pursuit of one signal.</summary>
internal sealed class OrthogonalPursuitRun(AtomDictionary dictionary, double[] signal, GreedyOptions options, List<SparseAnswer>? path)
    : GreedyRun(dictionary, signal, options, path)
{
    private readonly List<int> _chosen = [];
    private readonly HashSet<int> _present = [];
    private readonly List<double> _products = [];
    private readonly CholeskyFactor _factor = new();
    private readonly double[] _atom = new double[dictionary.Width];
    private double[] _weights = [];

    protected override (int[] Indices, double[] Values) Code => ([.. _chosen], _weights);

    protected override (int, double) Choose(Span<float> cosines)
    {
        foreach (var atom in _chosen) cosines[atom] = 0;
        return new CosineScan(this, cosines, false, false).Best(_present);
    }

    protected override bool Take(int atom, double correlation)
    {
        Dictionary.CopyAtom(atom, _atom);
        var shared = new double[_chosen.Count];
        Dictionary.Dots(CollectionsMarshal.AsSpan(_chosen), _atom, shared);
        if (!_factor.TryAppend(shared, Dictionary.Norms[atom] * Dictionary.Norms[atom])) return false;
        _chosen.Add(atom);
        _present.Add(atom);
        _products.Add(Dictionary.Dot(atom, Signal));
        _weights = [.. _products];
        _factor.Solve(_weights);
        UpdateResidual(CollectionsMarshal.AsSpan(_chosen), _weights);
        return true;
    }
}
