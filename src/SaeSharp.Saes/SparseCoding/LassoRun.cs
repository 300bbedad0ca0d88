namespace SaeSharp.Saes.SparseCoding;

/// <summary>One signal's Lasso, from the empty code to its certificate.</summary>
internal sealed class LassoRun(AtomDictionary dictionary, double[] signal, LassoOptions options) : SignalRun(dictionary, signal)
{
    private const int FirstAtoms = 48, LeastAtoms = 16, Epochs = 60;
    private const double InnerShare = 0.3; // of the gap asked for: the rest is for atoms outside the working set

    private readonly WorkingSet _set = new(dictionary, signal, options.Ridge);
    private readonly List<int> _found = [];
    private readonly List<float> _fits = [];
    private int[] _indices = [];
    private double[] _values = [];
    private bool[]? _discarded;
    private bool _exact;
    private double _lambda, _gap, _objective, _scale;
    private int _rounds;

    public override void Step(Span<float> cosines)
    {
        if (_rounds++ == 0 && !Begin(cosines)) return;
        Certify(cosines);
        if (_gap <= Wanted) Finish(StopReason.GapReached);
        else if (_rounds > options.MaxRounds) Finish(StopReason.IterationLimit);
        else
        {
            Discard(cosines);
            var added = Widen(cosines);
            if (added == 0 && _exact) Finish(StopReason.RoundingFloor);
            else SolveInner(added == 0);
        }
    }

    private double Wanted => options.Gap is { } gap ? gap * SignalNorm * SignalNorm / 2 : _objective * (options.Precision == CodePrecision.F64 ? 1e-13 : 1e-6);

    /// <summary>Sets λ; false where the empty code is the answer.</summary>
    private bool Begin(ReadOnlySpan<float> cosines)
    {
        var top = ResidualNorm > 0 ? Largest(cosines, options.Positive) : 0;
        if (options.Lambda is { } lambda) _lambda = lambda;
        else _lambda = options.LambdaRatio * (top > 0 || ResidualNorm == 0 ? top : Largest(cosines, false)); // nothing correlates positively: empty for every λ
        if (top > _lambda) return true;
        (_objective, _gap) = (SignalNorm * SignalNorm / 2, 0);
        Finish(StopReason.ZeroIsOptimal);
        return false;
    }

    private double Largest(ReadOnlySpan<float> cosines, bool positive) => Math.Abs(new CosineScan(this, cosines, false, positive).Best().Correlation);

    /// <summary>P, and P − D at the residual scaled into the dual's feasible set: ½(1 − s)²‖r‖² + Σ |x_j| λ − s x_j c_j, without cancellation.</summary>
    private void Certify(Span<float> cosines)
    {
        var correlations = new double[_indices.Length];
        Dictionary.Dots(_indices, Residual, correlations);
        var (top, l1, squares, fitted) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < _indices.Length; i++)
        {
            var correlation = correlations[i] - options.Ridge * _values[i];
            top = Math.Max(top, options.Positive ? correlation : Math.Abs(correlation));
            (l1, squares, fitted) = (l1 + Math.Abs(_values[i]), squares + _values[i] * _values[i], fitted + _values[i] * correlation);
            cosines[_indices[i]] = 0;
        }
        if (ResidualNorm > 0) top = Math.Max(top, Math.Abs(new CosineScan(this, cosines, false, options.Positive).Best(null, _lambda).Correlation));
        var residualSquares = ResidualNorm * ResidualNorm + options.Ridge * squares;
        _scale = top <= _lambda ? 1 : _lambda / top;
        _objective = residualSquares / 2 + _lambda * l1;
        _gap = Math.Max(0, (1 - _scale) * (1 - _scale) / 2 * residualSquares + _lambda * l1 - _scale * fitted);
    }

    /// <summary>Atoms whose dual constraint cannot be active anywhere in the ball around the dual point that holds the optimum are zero in every solution.</summary>
    private void Discard(ReadOnlySpan<float> cosines)
    {
        var radius = Math.Sqrt(2 * _gap);
        if (radius * Dictionary.LargestNorm >= _lambda || ResidualNorm == 0) return; // the ball is too large to say anything
        _discarded ??= new bool[Dictionary.Count];
        var (scale, error, left) = (_scale * ResidualNorm, Dictionary.CosineError, 0);
        ReadOnlySpan<float> lengths = Dictionary.Norms32;
        for (var atom = 0; atom < cosines.Length; atom++)
        {
            if (_discarded[atom]) continue;
            var cosine = (options.Positive ? Math.Max(cosines[atom], 0) : Math.Abs(cosines[atom])) + error;
            if (!_set.Contains(atom) && (lengths[atom] * scale * cosine + Math.Sqrt((double)lengths[atom] * lengths[atom] + options.Ridge) * radius) * (1 + 1e-6) < _lambda) _discarded[atom] = true;
            else left++;
        }
        if (left > 2 * _set.Count + LeastAtoms) return;
        _found.Clear();
        for (var atom = 0; atom < cosines.Length; atom++)
            if (!_discarded[atom] && !_set.Contains(atom)) _found.Add(atom);
        if (_found.Count > 0) _exact = false;
        _set.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_found)); // all that are left: nothing will be missing any more
    }

    /// <summary>Adds the atoms that break optimality most; how many.</summary>
    private int Widen(ReadOnlySpan<float> cosines)
    {
        _found.Clear();
        _fits.Clear();
        if (ResidualNorm == 0) return 0;
        var limit = _set.Count == 0 ? FirstAtoms : Math.Max(LeastAtoms, _set.Count / 2);
        new CosineScan(this, cosines, false, options.Positive).Above(_lambda, _found, _fits);
        var atoms = _found.ToArray();
        var fits = _fits.ToArray();
        var kept = 0;
        for (var i = 0; i < atoms.Length; i++)
            if (!_set.Contains(atoms[i]) && _discarded?[atoms[i]] != true) (atoms[kept], fits[kept++]) = (atoms[i], fits[i]);
        if (kept > limit) kept = Strongest(atoms.AsSpan(0, kept), fits.AsSpan(0, kept), limit);
        else kept = Certain(atoms.AsSpan(0, kept));
        _set.Add(atoms.AsSpan(0, kept));
        return kept;
    }

    /// <summary>Moves about <paramref name="limit"/> atoms of the largest fits to the front: a histogram finds the bound.</summary>
    private static int Strongest(Span<int> atoms, Span<float> fits, int limit)
    {
        Span<int> counts = stackalloc int[512];
        counts.Clear();
        var (low, high) = (float.PositiveInfinity, 0f);
        foreach (var fit in fits) (low, high) = (Math.Min(low, fit), Math.Max(high, fit));
        var scale = high > low ? (counts.Length - 1) / (high - low) : 0;
        foreach (var fit in fits) counts[Bin(fit)]++;
        var (bin, taken) = (counts.Length, 0);
        while (bin > 0 && taken < limit) taken += counts[--bin];
        var kept = 0;
        for (var i = 0; i < atoms.Length && kept < 2 * limit; i++)
            if (Bin(fits[i]) >= bin) atoms[kept++] = atoms[i];
        return kept;

        int Bin(float fit) => Math.Clamp((int)((fit - low) * scale), 0, 511);
    }

    /// <summary>Keeps the atoms whose exact correlation is above λ.</summary>
    private int Certain(Span<int> atoms)
    {
        var correlations = new double[atoms.Length];
        Dictionary.Dots(atoms, Residual, correlations);
        var kept = 0;
        for (var i = 0; i < atoms.Length; i++)
            if ((options.Positive ? correlations[i] : Math.Abs(correlations[i])) > _lambda * (1 + 1e-13)) atoms[kept++] = atoms[i];
        return kept;
    }

    private void SolveInner(bool exactly)
    {
        var wanted = InnerShare * Wanted;
        _exact = false;
        if (exactly || !CoordinateDescent.Run(_set, _lambda, options.Positive, SignalNorm * SignalNorm, wanted, Epochs)) _exact = new ActiveSet(_set, _lambda, options.Positive).Run();
        (_indices, _values) = SparseAnswer.Sorted(_set.Atoms, _set.Weights);
        if (options.Precision == CodePrecision.F32)
            for (var i = 0; i < _values.Length; i++) _values[i] = (float)_values[i];
        UpdateResidual(_indices, _values);
    }

    private void Finish(StopReason why) => Answer = new(_indices, _values)
    {
        Residual = ResidualNorm, Objective = _objective, Gap = _gap, Lambda = _lambda, Iterations = _rounds - 1, Why = why,
    };
}
