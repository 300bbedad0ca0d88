using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Indexing;

/// <summary>The direct effect of a feature's unit decoder row on the logits.</summary>
internal static class LogitLens
{
    /// <summary>Bins of a histogram over the vocabulary.</summary>
    public const int Bins = 50;

    public static LogitEffects Of(LoadedSae sae, LanguageModel model, int feature, int top)
    {
        if (sae.Sae.Config.HooksOut is { Count: > 1 } several)
            return new([], [], [], [], $"the feature is written to {several.Count} hook points, each with a path of its own to the logits");
        if (sae.Sae.DOut != model.Transformer.Spec.DModel || !HookLayer.IsInStream(sae.WrittenHook))
            return new([], [], [], [], $"{sae.WrittenHook} is not written to the residual stream as it stands, so the feature has no direct path to the logits");
        var row = Tensor.Of(sae.UnitDirection(feature), 1, sae.Sae.DOut);                                 // v       [1, dModel]
        var (plain, normed) = (Effects(model, row, false), Effects(model, row, true));
        return new(Top(plain, model, top, 1), Top(plain, model, top, -1), Top(normed, model, top, 1), Top(normed, model, top, -1), null) { Histogram = HistogramOf(plain), HistogramNormed = HistogramOf(normed) };
    }

    /// <summary>For each feature the tokens that its unit decoder row, taken through the final norm, promotes most; null where it has no direct path to the logits.</summary>
    public static IReadOnlyList<int[]>? Promoted(LoadedSae sae, LanguageModel model, IReadOnlyList<int> features, int top)
    {
        if (sae.Sae.DOut != model.Transformer.Spec.DModel || !HookLayer.IsInStream(sae.WrittenHook)) return null;
        var rows = Tensor.Zeros(DType.F32, features.Count, sae.Sae.DOut);                                 // v       [n, dModel]
        for (var i = 0; i < features.Count; i++) sae.UnitDirection(features[i]).CopyTo(rows.Row<float>(i));
        var effects = model.Transformer.LogitEffectsOf(rows, throughFinalNorm: true);                     // v·W_U   [n, dVocab]
        int[][] promoted = [.. Enumerable.Range(0, features.Count).Select(i => effects.Row<float>(i).ToArray().Index().OrderByDescending(entry => entry.Item).ThenBy(entry => entry.Index).Take(top).Select(entry => entry.Index).ToArray())];
        effects.Free();
        rows.Free();
        return promoted;
    }

    private static float[] Effects(LanguageModel model, Tensor row, bool throughFinalNorm)
    {
        var logits = model.Transformer.LogitEffectsOf(row, throughFinalNorm);                                   // v·W_U   [1, dVocab]
        var effects = logits.Row<float>(0).ToArray();
        logits.Free();
        return effects;
    }

    /// <summary>Counts of equally wide bins from the smallest to the largest; all in the first where all are equal.</summary>
    internal static LogitHistogram HistogramOf(float[] effects)
    {
        var (moments, low, high) = (Moments.Of(effects)!, (double)effects.Min(), (double)effects.Max());
        var counts = new long[Bins];
        foreach (var effect in effects) counts[high > low ? Math.Min(Bins - 1, (int)((effect - low) / (high - low) * Bins)) : 0]++;
        return new(low, high, counts, moments.Mean, moments.Std, moments.Skew);
    }

    private static TokenEffect[] Top(float[] effects, LanguageModel model, int count, int sign)
    {
        var moments = Moments.Of(effects)!;
        return
        [
            .. effects.Index().OrderByDescending(entry => sign * entry.Item).ThenBy(entry => entry.Index).Take(count)
                .Select(entry => new TokenEffect(entry.Index, model.TokenText(entry.Index), entry.Item, moments.Std > 0 ? (entry.Item - moments.Mean) / moments.Std : 0)),
        ];
    }
}
