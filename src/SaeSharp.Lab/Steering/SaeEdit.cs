using SaeSharp.Lab.Library;
using SaeSharp.Models.Interventions;
using SaeSharp.Numerics;
using ModelPositions = SaeSharp.Models.Interventions.EditPositions;

namespace SaeSharp.Lab.Steering;

/// <summary>Changes how much of one feature stands in h: along its unit decoder row v, by a coefficient that may depend on the feature's own value f.</summary>
/// <remarks>What the SAE does not explain of h stays as it is, because only a multiple of v is added. A transcoder's f comes from its input, which the run has passed before h.</remarks>
internal sealed class SaeEdit(ResolvedEdit edit, LoadedSae sae, ActivationView view, ModelPositions positions, InputRecord? input = null) : Edit(view.Hook, positions)
{
    private readonly float[] _v = sae.UnitDirection(edit.Feature);                                        // v   [dOut]

    public override void AddChange(Tensor h, ReadOnlySpan<int> positions, Tensor change)
    {
        if (h.RowCount == 0) return;
        var x = view.Centred || view.Head is not null ? view.Read(h.Clone()) : h;                                                  // y   [n, dOut]; x for an autoencoder
        var values = edit.NeedsValue ? sae.ValuesOf(input?.At(positions) ?? x, edit.Feature) : null;      // f   [n]
        for (var row = 0; row < x.RowCount; row++)
        {
            var amount = edit.Op == EditOp.Project ? -Dot(x.Row<float>(row)) : Amount(values?[row] ?? 0);
            var target = change.Row<double>(row)[(view.Head?.Start ?? 0)..];
            if (amount == 0) continue;
            for (var i = 0; i < _v.Length; i++) target[i] += amount * _v[i];
        }
    }

    private double Amount(double f) => edit.Op switch
    {
        EditOp.Add => edit.Coefficient,
        EditOp.Set => edit.Coefficient - f,
        EditOp.Scale => edit.Coefficient * f - f,
        EditOp.Ablate => -f,
        EditOp.Minimum => Math.Max(f, edit.Coefficient) - f,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private double Dot(ReadOnlySpan<float> x)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++) sum += (double)x[i] * _v[i];
        return sum;
    }
}
