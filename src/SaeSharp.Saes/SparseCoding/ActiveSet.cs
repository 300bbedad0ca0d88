using System.Numerics.Tensors;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>The Lasso on a working set solved exactly: least squares on an active set with fixed signs, whose atoms leave where a weight would change its sign and enter where they correlate above λ.</summary>
/// <remarks>
/// The objective falls at every step, so that it ends (Lee et al. 2007, feature-sign search); with λ = 0 and positive weights it is Lawson &amp; Hanson's NNLS. Departure: an atom
/// that depends on the active ones (duplicates, more atoms than dimensions) enters by an exchange along the combination that leaves A·x as it is, as in the simplex method.
/// </remarks>
internal sealed class ActiveSet(WorkingSet set, double lambda, bool positive)
{
    /// <summary>Correlations above λ by less than this share of the largest a_j · b are rounding.</summary>
    private const double Rounding = 3e-14;

    /// <summary>Atoms below this share of a dependent one are not part of it: with what <see cref="CholeskyFactor"/> calls dependent (10⁻¹¹ of a squared length), the combination is known no better.</summary>
    private const double LeastShare = 3e-6;

    private readonly List<int> _active = [];                // places in the working set
    private readonly HashSet<int> _refused = [];            // entered and left without a step: rounding
    private readonly CholeskyFactor _factor = new();
    private readonly double[] _correlations = new double[set.Count];
    private readonly double[] _signs = new double[set.Count];

    /// <summary>Changes the set's weights to the minimum; false where it took too many steps.</summary>
    public bool Run()
    {
        Start();
        var floor = Rounding * TensorPrimitives.MaxMagnitude(set.Products);
        floor = Math.Max(Math.Abs(floor), Rounding * lambda);
        for (var left = 100 + 20 * set.Count; left > 0; left--)
        {
            if (!Minimise()) continue;
            set.Correlations(_correlations);
            var entering = Entering(floor);
            if (entering < 0) return true;
            Enter(entering);
        }
        return false;
    }

    /// <summary>The atoms with weights, largest first; those that depend on others are left out, which moves the starting point.</summary>
    private void Start()
    {
        var weights = set.Weights.ToArray();
        foreach (var at in Enumerable.Range(0, set.Count).Where(at => weights[at] != 0).OrderByDescending(at => Math.Abs(weights[at])))
        {
            if (!TryAppend(at)) set.Weights[at] = 0;
            else _signs[at] = Math.Sign(weights[at]);
        }
    }

    /// <summary>One step towards the least squares solution of the active set; true where it was reached.</summary>
    private bool Minimise()
    {
        var weights = set.Weights;
        var target = Target();
        var (step, leaves) = (1.0, -1);
        for (var i = 0; i < target.Length; i++)
        {
            var x = weights[_active[i]];
            if (target[i] * _signs[_active[i]] > 0) continue;
            var share = Math.Abs(x) / (Math.Abs(x) + Math.Abs(target[i]) + double.Epsilon);
            if (leaves < 0 || share < step) (step, leaves) = (share, i);
        }
        for (var i = 0; i < target.Length; i++) weights[_active[i]] += step * (target[i] - weights[_active[i]]);
        if (leaves < 0)
        {
            for (var i = 0; i < target.Length; i++) weights[_active[i]] = target[i];
            return true;
        }
        if (step > 0) _refused.Clear();
        else _refused.Add(_active[leaves]);
        Leave(leaves);
        return false;
    }

    /// <summary>(G_SS)⁻¹(A_S'b − λs), refined once.</summary>
    private double[] Target()
    {
        var right = new double[_active.Count];
        for (var i = 0; i < right.Length; i++) right[i] = set.Products[_active[i]] - lambda * _signs[_active[i]];
        double[] target = [.. right];
        _factor.Solve(target);
        for (var i = 0; i < right.Length; i++)
        {
            var row = set.Gram(_active[i]);
            for (var j = 0; j < target.Length; j++) right[i] -= row[_active[j]] * target[j];
        }
        _factor.Solve(right);
        TensorPrimitives.Add(target, right, target);
        return target;
    }

    private int Entering(double floor)
    {
        var (best, most) = (-1, floor);
        for (var at = 0; at < _correlations.Length; at++)
        {
            var excess = (positive ? _correlations[at] : Math.Abs(_correlations[at])) - lambda;
            if (excess > most && !_active.Contains(at) && !_refused.Contains(at)) (best, most) = (at, excess);
        }
        return best;
    }

    private void Enter(int at)
    {
        _signs[at] = Math.Sign(_correlations[at]);
        while (!TryAppend(at))
            if (!Exchange(at)) return;
    }

    /// <summary>Moves weight to a dependent atom a_j = Σ α_i a_i until the weight of one of those is used up, which then leaves.</summary>
    private bool Exchange(int at)
    {
        var alpha = new double[_active.Count];
        for (var i = 0; i < alpha.Length; i++) alpha[i] = set.Gram(at)[_active[i]];
        _factor.Solve(alpha);
        var (step, leaves) = (double.PositiveInfinity, -1);
        for (var i = 0; i < alpha.Length; i++)
        {
            if (alpha[i] * _signs[at] * _signs[_active[i]] <= LeastShare) continue;
            var share = Math.Abs(set.Weights[_active[i]] / alpha[i]);
            if (share < step) (step, leaves) = (share, i);
        }
        if (leaves < 0)
        {
            _refused.Add(at);
            return false;
        }
        set.Weights[at] += _signs[at] * step;
        for (var i = 0; i < alpha.Length; i++) set.Weights[_active[i]] -= _signs[at] * step * alpha[i];
        Leave(leaves);
        return true;
    }

    private bool TryAppend(int at)
    {
        var row = set.Gram(at);
        var products = new double[_active.Count];
        for (var i = 0; i < products.Length; i++) products[i] = row[_active[i]];
        if (!_factor.TryAppend(products, row[at])) return false;
        _active.Add(at);
        return true;
    }

    private void Leave(int i)
    {
        set.Weights[_active[i]] = 0;
        _factor.Remove(i);
        _active.RemoveAt(i);
    }
}
