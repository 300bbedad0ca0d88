using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Which rows each expert gets, and with what weights.</summary>
internal sealed class ExpertChoice
{
    private readonly Pass _pass;
    private readonly Tensor _weights;
    private readonly FeatureMajor _byExpert;
    private readonly int[] _rows;

    /// <param name="pass">The run.</param>
    /// <param name="indices">Expert numbers, [rows, k].</param>
    /// <param name="weights">[rows, k].</param>
    /// <param name="experts">How many there are.</param>
    /// <exception cref="OptionException">An edit named an expert that is not there.</exception>
    public ExpertChoice(Pass pass, Tensor indices, Tensor weights, int experts)
    {
        (_pass, _weights, _byExpert) = (pass, weights, new(experts));
        var chosen = new int[indices.Count];
        for (var i = 0; i < chosen.Length; i++) chosen[i] = Number(indices.Read(i), experts);
        _byExpert.Sort(chosen);
        _rows = new int[chosen.Length];
        for (var i = 0; i < chosen.Length; i++) _rows[i] = _byExpert.Entries[i] / indices.Columns;
    }

    /// <summary>The rows of one expert, ascending, and their weights [n].</summary>
    public (ReadOnlyMemory<int> Rows, Tensor Factors) Of(int expert)
    {
        var (start, count) = (_byExpert.Starts[expert], _byExpert.Starts[expert + 1] - _byExpert.Starts[expert]);
        var factors = _pass.Take(Slot.ExpertFactors, count);                        // [n]
        for (var i = 0; i < count; i++) factors.Write(i, _weights.Read(_byExpert.Entries[start + i]));
        return (_rows.AsMemory(start, count), factors);
    }

    private static int Number(double index, int experts) => index >= 0 && index < experts && index == Math.Floor(index) ? (int)index
        : throw OptionException.Invalid($"An edit chose expert {index}, expected a whole number from 0 to {experts - 1}.", "Write expert numbers into hook_expert_indices.");
}
