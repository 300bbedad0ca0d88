using System.Numerics;
using System.Runtime.InteropServices;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Finds atoms by how they correlate with a residual: f32 cosines say which need a look, f64 products decide.</summary>
/// <remarks>The caller sets the cosines of atoms that are out of the question to 0.</remarks>
internal readonly ref struct CosineScan
{
    /// <summary>Ties, to a relative 10⁻¹², go to the lowest index.</summary>
    private const double Tie = 1e-12;

    private readonly AtomDictionary _dictionary;
    private readonly ReadOnlySpan<float> _cosines, _lengths;
    private readonly ReadOnlySpan<double> _residual;
    private readonly double _norm;
    private readonly bool _byCosine, _positive;

    /// <param name="run">Whose residual.</param>
    /// <param name="cosines">Its cosine with every atom, [n].</param>
    /// <param name="byCosine">Whether atoms are weighed by a_j · r / ‖a_j‖ and not by a_j · r.</param>
    /// <param name="positive">Whether only positive correlations count.</param>
    public CosineScan(SignalRun run, ReadOnlySpan<float> cosines, bool byCosine, bool positive)
    {
        (_dictionary, _norm, _byCosine, _positive) = (run.Dictionary, run.ResidualNorm, byCosine, positive);
        _cosines = cosines;
        _residual = run.Residual;
        _lengths = byCosine ? _dictionary.Present32 : _dictionary.Norms32;
    }

    /// <summary>The atom that fits best and its exact a_j · r; −1 where none fits by more than <paramref name="floor"/>.</summary>
    public (int Atom, double Correlation) Best(HashSet<int>? excluded = null, double floor = 0)
    {
        var candidates = new List<int>();
        Collect(Math.Max(Certain(), (float)(floor / _norm)), candidates, null);
        if (excluded is not null) candidates.RemoveAll(excluded.Contains);
        var products = new double[candidates.Count];
        _dictionary.Dots(CollectionsMarshal.AsSpan(candidates), _residual, products);
        var (best, bestFit, correlation) = (-1, floor, 0.0);
        for (var i = 0; i < products.Length; i++)
        {
            var fit = (_positive ? products[i] : Math.Abs(products[i])) / (_byCosine ? _dictionary.Norms[candidates[i]] : 1);
            if (fit > bestFit * (1 + Tie)) (best, bestFit, correlation) = (candidates[i], fit, products[i]);
        }
        return (best, correlation);
    }

    /// <summary>Atoms that may fit by more than <paramref name="least"/>, with their f32 fits.</summary>
    public void Above(double least, List<int> atoms, List<float> fits) => Collect((float)(least / _norm), atoms, fits);

    /// <summary>The largest fit that is certain in spite of rounding.</summary>
    private float Certain()
    {
        var (i, width, error) = (0, Vector<float>.Count, _dictionary.CosineError);
        var largest = Vector<float>.Zero;
        for (; i <= _cosines.Length - width; i += width)
            largest = Vector.Max(largest, (Sided(new Vector<float>(_cosines[i..])) - new Vector<float>(error)) * new Vector<float>(_lengths[i..]));
        var certain = 0f;
        for (var lane = 0; lane < width; lane++) certain = Math.Max(certain, largest[lane]);
        for (; i < _cosines.Length; i++) certain = Math.Max(certain, (Sided(_cosines[i]) - error) * _lengths[i]);
        return certain;
    }

    private void Collect(float least, List<int> atoms, List<float>? fits)
    {
        var (i, width, error) = (0, Vector<float>.Count, _dictionary.CosineError);
        for (; i <= _cosines.Length - width; i += width)
        {
            var fit = (Sided(new Vector<float>(_cosines[i..])) + new Vector<float>(error)) * new Vector<float>(_lengths[i..]);
            if (Vector.LessThanAll(fit, new Vector<float>(least))) continue;
            for (var lane = 0; lane < width; lane++) Take(i + lane, fit[lane], least, atoms, fits);
        }
        for (; i < _cosines.Length; i++) Take(i, (Sided(_cosines[i]) + error) * _lengths[i], least, atoms, fits);
    }

    private void Take(int atom, float fit, float least, List<int> atoms, List<float>? fits)
    {
        if (fit < least || _lengths[atom] == 0) return;
        atoms.Add(atom);
        fits?.Add(fit);
    }

    private Vector<float> Sided(Vector<float> cosines) => _positive ? cosines : Vector.Abs(cosines);

    private float Sided(float cosine) => _positive ? cosine : Math.Abs(cosine);
}
