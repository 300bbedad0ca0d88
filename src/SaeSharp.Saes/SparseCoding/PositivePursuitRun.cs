namespace SaeSharp.Saes.SparseCoding;

/// <summary>Orthogonal matching pursuit of one signal with weights of 0 or more.</summary>
internal sealed class PositivePursuitRun(AtomDictionary dictionary, double[] signal, GreedyOptions options, List<SparseAnswer>? path)
    : GreedyRun(dictionary, signal, options, path)
{
    private readonly WorkingSet _set = new(dictionary, signal, 0);
    private readonly HashSet<int> _present = [];

    protected override (int[] Indices, double[] Values) Code => (_set.Atoms.ToArray(), _set.Weights.ToArray());

    protected override (int, double) Choose(Span<float> cosines)
    {
        foreach (var atom in _set.Atoms) cosines[atom] = 0;
        return new CosineScan(this, cosines, true, true).Best(_present);
    }

    protected override bool Take(int atom, double correlation)
    {
        _set.Add([atom]);
        _present.Add(atom);
        var (before, residual) = (_set.Weights.ToArray(), ResidualNorm);
        new ActiveSet(_set, 0, true).Run();
        UpdateResidual(_set.Atoms, _set.Weights);
        if (ResidualNorm <= residual) return true;
        before.CopyTo(_set.Weights); // what was left to fit was rounding
        UpdateResidual(_set.Atoms, _set.Weights);
        return true;
    }
}
