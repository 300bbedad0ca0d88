using System.Runtime.InteropServices;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Follows the Lasso's solution of one signal as λ falls.</summary>
/// <remarks>
/// On the active set S with signs s, x_S = u − λw with A_S'A_S u = A_S'b, A_S'A_S w = s, and a_j·(b − A·x) = p_j + λ q_j. A column joins where that is ±λ, and leaves where
/// u_i = λ w_i. The path ends early when S has as many atoms as they have dimensions.
/// </remarks>
internal sealed class Homotopy
{
    /// <summary>Events below this share of λ_max are noise about λ = 0.</summary>
    private const double Rounding = 1e-12;

    private readonly AtomDictionary _dictionary;
    private readonly double[] _signal, _residual, _direction, _p, _q;
    private readonly LarsOptions _options;
    private readonly int[] _all;
    private readonly List<int> _active = [];
    private readonly List<double> _signs = [];
    private readonly HashSet<int> _unusable = [];
    private readonly CholeskyFactor _factor = new();
    private double[] _u = [], _w = [];
    private double _top;

    public Homotopy(AtomDictionary dictionary, double[] signal, LarsOptions options)
    {
        (_dictionary, _signal, _options) = (dictionary, signal, options);
        (_residual, _direction) = (new double[signal.Length], new double[signal.Length]);
        (_p, _q) = (new double[dictionary.Count], new double[dictionary.Count]);
        _all = [.. Enumerable.Range(0, dictionary.Count)];
    }

    /// <summary>A_S w: on the last segment of a path to λ = 0 the certificate of basis pursuit.</summary>
    public ReadOnlySpan<double> Direction => _direction;

    public IReadOnlyList<SparseAnswer> Knots()
    {
        _dictionary.Dots(_all, _signal, _p);
        var first = Largest();
        var lambda = first < 0 ? 0 : Math.Abs(_p[first]);
        var least = _options.LeastRatio * (_top = lambda);
        var knots = new List<SparseAnswer> { Knot([], lambda, 0, StopReason.ZeroIsOptimal) };
        if (!(lambda > 0)) return knots;
        Join(first, Math.Sign(_p[first]));
        var (fresh, gone) = (first, (Atom: -1, Sign: 0.0));
        while (knots.Count < _options.MaxKnots)
        {
            Segment();
            var next = Next(lambda, least, fresh, gone);
            double[] x = [.. _u.Zip(_w, (u, w) => u - next.Lambda * w)];
            for (var i = 0; _options.Drop && i < x.Length; i++)
                if (x[i] * _signs[i] < 0) x[i] = 0; // an atom leaves at 0: beyond it is rounding
            (fresh, gone, lambda) = (-1, (-1, 0.0), next.Lambda);
            if (next.Leaves >= 0)
            {
                x[next.Leaves] = 0;
                knots.Add(Knot(x, lambda, knots.Count, StopReason.CountReached));
                gone = (_active[next.Leaves], _signs[next.Leaves]);
                Leave(next.Leaves);
                continue;
            }
            var ends = next.Joins < 0 || _active.Count == _dictionary.Width;
            knots.Add(Knot(x, lambda, knots.Count, ends ? StopReason.Solved : StopReason.CountReached));
            if (ends) return knots;
            if (Join(next.Joins, next.Sign)) fresh = next.Joins;
            else _unusable.Add(next.Joins);
        }
        knots[^1] = knots[^1] with { Why = StopReason.IterationLimit };
        return knots;
    }

    private int Largest()
    {
        var (best, most) = (-1, 0.0);
        for (var j = 0; j < _p.Length; j++)
            if ((_options.Positive ? _p[j] : Math.Abs(_p[j])) is var fit && fit > most * (1 + 1e-12)) (best, most) = (j, fit);
        return best;
    }

    /// <summary>u, w, p and q of the active set, u and w refined once.</summary>
    private void Segment()
    {
        var active = CollectionsMarshal.AsSpan(_active);
        _u = new double[active.Length];
        _dictionary.Dots(active, _signal, _u);
        _factor.Solve(_u);
        _w = [.. _signs];
        _factor.Solve(_w);
        double[] correction = new double[active.Length];
        _dictionary.Residual(_signal, active, _u, _residual);
        _dictionary.Dots(active, _residual, correction);
        _factor.Solve(correction);
        for (var i = 0; i < correction.Length; i++) _u[i] += correction[i];
        Combine(active);
        _dictionary.Dots(active, _direction, correction);
        for (var i = 0; i < correction.Length; i++) correction[i] = _signs[i] - correction[i];
        _factor.Solve(correction);
        for (var i = 0; i < correction.Length; i++) _w[i] += correction[i];
        Combine(active);
        _dictionary.Residual(_signal, active, _u, _residual);
        _dictionary.Dots(_all, _residual, _p);
        _dictionary.Dots(_all, _direction, _q);
    }

    private void Combine(ReadOnlySpan<int> active)
    {
        Array.Clear(_direction);
        for (var i = 0; i < active.Length; i++) _dictionary.AddTo(active[i], _w[i], _direction);
    }

    /// <summary>The next λ below the present one at which something happens, and what.</summary>
    private (double Lambda, int Joins, double Sign, int Leaves) Next(double lambda, double least, int fresh, (int Atom, double Sign) gone)
    {
        var next = (Lambda: Math.Max(least, Rounding * _top), Joins: -1, Sign: 0.0, Leaves: -1);
        var active = _active.ToHashSet();
        for (var j = 0; j < _p.Length; j++)
        {
            if (_dictionary.Norms[j] == 0 || active.Contains(j) || _unusable.Contains(j)) continue;
            Try(j, 1);
            if (!_options.Positive) Try(j, -1);
        }
        for (var i = 0; _options.Drop && i < _active.Count; i++)
        {
            if (_active[i] == fresh || _w[i] == 0) continue;
            var at = _u[i] / _w[i];
            if (at > next.Lambda && at < lambda) next = (at, -1, 0, i);
        }
        return next is { Joins: < 0, Leaves: < 0 } ? next with { Lambda = least } : next;

        void Try(int j, double sign)
        {
            // Below λ the atom's correlation must outgrow λ. One that runs along with the active ones never meets them; one that falls behind has just left, or is the same as one that has.
            if (gone == (j, sign) || 1 - sign * _q[j] < 1e-12) return;
            var at = _p[j] / (sign - _q[j]);
            if (at > next.Lambda && at < lambda) next = (at, j, sign, -1);
        }
    }

    private bool Join(int atom, double sign)
    {
        var vector = new double[_dictionary.Width];
        _dictionary.CopyAtom(atom, vector);
        var shared = new double[_active.Count];
        _dictionary.Dots(CollectionsMarshal.AsSpan(_active), vector, shared);
        if (!_factor.TryAppend(shared, _dictionary.Norms[atom] * _dictionary.Norms[atom])) return false;
        _active.Add(atom);
        _signs.Add(sign);
        return true;
    }

    private void Leave(int i)
    {
        _factor.Remove(i);
        _active.RemoveAt(i);
        _signs.RemoveAt(i);
        _unusable.Clear();
    }

    private SparseAnswer Knot(double[] x, double lambda, int number, StopReason why)
    {
        var residual = new double[_signal.Length];
        _dictionary.Residual(_signal, CollectionsMarshal.AsSpan(_active)[..x.Length], x, residual);
        var norm = AtomDictionary.Norm(residual);
        var (indices, values) = SparseAnswer.Sorted(CollectionsMarshal.AsSpan(_active)[..x.Length], x);
        return new(indices, values) { Residual = norm, Lambda = lambda, Objective = norm * norm / 2 + lambda * x.Sum(Math.Abs), Iterations = number, Why = why };
    }
}
