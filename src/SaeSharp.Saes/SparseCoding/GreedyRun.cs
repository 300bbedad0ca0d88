namespace SaeSharp.Saes.SparseCoding;

/// <summary>A pursuit of one signal: one atom a step, the one that fits the residual best.</summary>
internal abstract class GreedyRun(AtomDictionary dictionary, double[] signal, GreedyOptions options, List<SparseAnswer>? path) : SignalRun(dictionary, signal)
{
    /// <summary>Correlations below this share of ‖b‖ ‖a_j‖ are rounding.</summary>
    private const double Nothing = 1e-12;

    protected GreedyOptions Options => options;

    private int _steps;

    public sealed override void Step(Span<float> cosines)
    {
        if (_steps > 0) path?.Add(Describe(StopReason.CountReached, false));
        if (_steps > 0 && ResidualNorm * ResidualNorm <= options.Residual * SignalNorm * SignalNorm) Finish(StopReason.ResidualReached);
        else if (_steps == options.Count) Finish(StopReason.CountReached);
        else if (ResidualNorm == 0) Finish(StopReason.NothingLeft);
        else if (Choose(cosines) is not ( >= 0, var correlation) choice || Math.Abs(correlation) <= Nothing * SignalNorm * Dictionary.Norms[choice.Item1]) Finish(StopReason.NothingLeft);
        else if (!Take(choice.Item1, correlation)) Finish(StopReason.DependentAtom);
        else _steps++;
    }

    /// <summary>The atom to take and its a_j · r; −1 where there is none.</summary>
    protected abstract (int, double) Choose(Span<float> cosines);

    /// <summary>Takes an atom into the code and updates the residual; false where the code cannot use it.</summary>
    protected abstract bool Take(int atom, double correlation);

    /// <summary>The atoms chosen so far and their weights.</summary>
    protected abstract (int[] Indices, double[] Values) Code { get; }

    private void Finish(StopReason why) => Answer = Describe(why, options.Precision == CodePrecision.F32);

    private SparseAnswer Describe(StopReason why, bool rounded)
    {
        var code = Code;
        var (indices, values) = SparseAnswer.Sorted(code.Indices, code.Values);
        if (rounded)
        {
            for (var i = 0; i < values.Length; i++) values[i] = (float)values[i];
            UpdateResidual(indices, values);
        }
        return new(indices, values) { Residual = ResidualNorm, Iterations = _steps, Why = why };
    }
}
