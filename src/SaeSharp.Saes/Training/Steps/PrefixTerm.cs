using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The nested reconstructions of a Matryoshka dictionary: level l reconstructs by all latents up to its own, and its error counts w · Σ‖r_l‖².</summary>
/// <remarks>
/// The latents that level l adds to activation b stand in row l · batch + b of one code: a single sparse decode gives what every level adds, and running sums give r_l.
/// A latent of level j is part of the reconstructions of j and of all levels above it, so its gradients are those of one squared error with the residual s_j = Σ_{l ≥ j} w·r_l:
/// running sums again, from the last level down, and one pass over the entries. So a step costs as many products as one with a single loss.
/// Detached, each inner error trains only the latents that its level adds (the first also b_dec), and the whole one trains all: s_j = w·r_j + w·r_last.
/// </remarks>
internal sealed class PrefixTerm
{
    private readonly StepSetting _setting;
    private readonly Backend _backend;
    private readonly double _weight;
    private readonly bool _isDetached;
    private readonly SparseRows _code;
    private readonly FeatureMajor _order;
    private readonly Tensor _residuals;
    private readonly Tensor[] _views;
    private int[] _positions = [];

    /// <param name="setting">Sizes, type and backend.</param>
    /// <param name="levels">Number of levels, the whole dictionary included.</param>
    /// <param name="weight">w, the same for every level.</param>
    /// <param name="isDetached">Whether an inner error trains only what its level adds.</param>
    public PrefixTerm(StepSetting setting, int levels, double weight, bool isDetached)
    {
        (_setting, _backend, _weight, _isDetached) = (setting, setting.Backend, weight, isDetached);
        (_code, _order, LevelOf) = (new(setting.Type, checked(levels * setting.BatchSize)), new(setting.DSae), new int[setting.DSae]);
        _residuals = Tensor.Zeros(setting.Type, levels * setting.BatchSize, setting.DOut);
        _views = [.. Enumerable.Range(0, levels).Select(level => _residuals.Rows(level * setting.BatchSize, setting.BatchSize))];
    }

    public int Levels => _views.Length;

    /// <summary>The level of each latent [dSae], from 0.</summary>
    public int[] LevelOf { get; }

    /// <summary>What the errors of all levels add to that of the whole dictionary: Σ w·‖r_l‖² − ‖r_last‖².</summary>
    public double Inner { get; private set; }

    /// <summary>What the reconstruction of a level leaves over [batch, dOut], once decoded; what its latents see and, at level 0, b_dec, once prepared.</summary>
    public Tensor Residual(int level) => _views[level];

    /// <summary>Reconstructs <paramref name="target"/> at every level and returns Σ‖r‖² of the whole dictionary.</summary>
    public double Decode(SparseTerm whole, Tensor target, Tensor decoder)
    {
        if (_positions.Length < whole.Code.Count) _positions = new int[whole.Code.Count];
        whole.Code.Split(LevelOf, Levels, _code, _positions);
        _backend.Scale(_code.Values, -1, _code.Values);                       // −g              [entries]
        _backend.SparseDecode(_code, decoder, null, _residuals);              // −added          [levels · batch, dOut]
        var (sum, squares) = (0.0, 0.0);
        for (var level = 0; level < Levels; level++)
        {
            _backend.Add(_views[level], level == 0 ? target : _views[level - 1], _views[level]);    // r_l   [batch, dOut]
            squares = _backend.SumOfSquares(_views[level]);
            sum += _weight * squares;
        }
        Inner = sum - squares;
        return squares;
    }

    /// <summary>Takes the gradients of the latents into <paramref name="whole"/>; <paramref name="errorWeight"/> is what a squared error counts in the loss.</summary>
    public void Prepare(SparseTerm whole, double errorWeight, Tensor decoder)
    {
        for (var level = Levels - 1; level >= 0; level--)
        {
            if (_weight != 1) _backend.Scale(_views[level], _weight, _views[level]);
            if (level < Levels - 1) _backend.Add(_views[level], _isDetached ? _views[^1] : _views[level + 1], _views[level]);   // s_l   [batch, dOut]
        }
        _order.Sort(_code);
        _backend.SparseDots(_residuals, _code, decoder);                      // s·W_dec         [entries]
        _backend.Scale(_code.Gradients, -2 * errorWeight, _code.Gradients);   // ∂g              [entries]
        _backend.Scale(_code.Values, 2 * errorWeight, _code.Values);          // −2w·g           [entries]
        if (_setting.Type == DType.F64) CopyBack<double>(whole);
        else CopyBack<float>(whole);
    }

    /// <summary>Overwrites <paramref name="gradient"/> [dSae, dOut] with that of W_dec.</summary>
    public void DecoderGradient(Tensor gradient) => _backend.SparseGradient(_code.Values, _order, _residuals, gradient);

    private void CopyBack<T>(SparseTerm whole) where T : unmanaged
    {
        var to = whole.Code.Gradients.Span<T>();
        ReadOnlySpan<T> from = _code.Gradients.Span<T>();
        for (var entry = 0; entry < whole.Code.Count; entry++) to[entry] = from[_positions[entry]];
    }
}
