using SaeSharp.Lab.Library;
using SaeSharp.Models.Interventions;
using SaeSharp.Numerics;
using ModelPositions = SaeSharp.Models.Interventions.EditPositions;

namespace SaeSharp.Lab.Steering;

/// <summary>Puts the reconstruction x̂ in x's place: what the SAE does not explain of x goes.</summary>
/// <remarks>Edits at one hook read the same x and add up, so beside changes of features this gives the decoder's word on the changed code: x + (x̂ − x) + (C − f)·v = decode(f → C).</remarks>
internal sealed class ReconstructionEdit(LoadedSae sae, ActivationView view, ModelPositions positions) : Edit(view.Hook, positions)
{
    public override void AddChange(Tensor h, ReadOnlySpan<int> positions, Tensor change)
    {
        if (h.RowCount == 0) return;
        var x = view.Centred || view.Head is not null ? view.Read(h.Clone()) : h;                         // x   [n, dIn]
        var reconstruction = sae.Sae.Reconstruct(x);                                                      // x̂   [n, dIn]
        for (var row = 0; row < x.RowCount; row++)
        {
            var target = change.Row<double>(row)[(view.Head?.Start ?? 0)..];
            ReadOnlySpan<float> old = x.Row<float>(row), now = reconstruction.Row<float>(row);
            for (var i = 0; i < old.Length; i++) target[i] += (double)now[i] - old[i];
        }
        reconstruction.Free();
    }
}
