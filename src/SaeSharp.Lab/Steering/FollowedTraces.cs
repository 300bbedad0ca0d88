using SaeSharp.Lab.Library;
using SaeSharp.Lab.Searching;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Steering;

/// <summary>Which features are followed at each layer: those pushed, those asked for, and where wanted the twin of each pushed one.</summary>
internal sealed class FollowedTraces(IReadOnlyList<(LoadedSae Sae, int Feature)> pushed, IReadOnlyList<(LoadedSae Sae, int Feature)> asked, bool twins, Backend backend)
{
    public IReadOnlyList<FollowedTrace> At(LoadedSae sae)
    {
        List<FollowedTrace> followed = [.. pushed.Concat(asked).Where(entry => entry.Sae == sae).Select(entry => new FollowedTrace(entry.Feature))];
        if (!twins) return followed;
        foreach (var (of, feature) in pushed.Distinct().Where(entry => entry.Sae != sae && LikenessSearch.Comparable(sae, entry.Sae)))
        {
            var cosines = DecoderDots.Of(sae, Tensor.Of(of.UnitDirection(feature), 1, of.Sae.DOut), backend)[0];
            var twin = System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(cosines);
            followed.Add(new(twin, $"{of.Name}:{feature}", Math.Clamp((double)cosines[twin], -1, 1)));
        }
        return followed;
    }
}
