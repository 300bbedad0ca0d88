using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Searching;

/// <summary>Searches features whose decoder rows point the same way as one feature's, at any layer that writes to the same space.</summary>
internal static class LikenessSearch
{
    public static SearchFinding Of(SearchRequest request, (LoadedSae Sae, int Feature) like, IReadOnlyList<SearchedSae> saes, Backend backend)
    {
        var direction = Tensor.Of(like.Sae.UnitDirection(like.Feature), 1, like.Sae.Sae.DOut);           // v       [1, dOut]
        var (best, other) = (new Best<(SearchedSae Of, int Feature)>(request.Top), new List<string>());
        foreach (var one in saes)
        {
            if (!Comparable(one.Sae, like.Sae))
            {
                other.Add(one.Sae.Name);
                continue;
            }
            var cosines = DecoderDots.Of(one.Sae, direction, backend)[0];
            for (var feature = 0; feature < cosines.Length; feature++)
                if (!(one.Sae == like.Sae && feature == like.Feature) && one.Passes?.Invoke(feature) != false) best.Offer((one, feature), Math.Clamp((double)cosines[feature], -1, 1));
        }
        return new([.. best.Take().Select(hit => new FoundFeature(hit.Item.Of, hit.Item.Feature, hit.Score))], best.Seen, [],
            other.Count == 0 ? [] : [$"not compared, since their rows lie in another space: {string.Join(", ", other)}"]);
    }

    /// <summary>Whether rows of both stand in one space: that of the same model's residual stream, or of hooks that differ in the layer only.</summary>
    public static bool Comparable(LoadedSae a, LoadedSae b)
    {
        if (a == b) return true;
        if (a.Sae.DOut != b.Sae.DOut || a.Sae.Config.ModelName != b.Sae.Config.ModelName || a.Sae.Config.HooksOut.Count > 1 || b.Sae.Config.HooksOut.Count > 1 || a.Sae.Config.Hooks.Count > 1 || b.Sae.Config.Hooks.Count > 1) return false;
        return HookLayer.IsInStream(a.WrittenHook) ? HookLayer.IsInStream(b.WrittenHook) : HookLayer.AtLayer(a.WrittenHook, 0) == HookLayer.AtLayer(b.WrittenHook, 0);
    }
}
