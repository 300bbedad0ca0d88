using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Steering;
using SaeSharp.Models;

namespace SaeSharp.Lab.Demo.Steering;

/// <summary>What may be pushed: of each SAE the features that differ most between harmful and harmless requests at the last prompt token, one or a bundle, at multiples of their differences.</summary>
internal sealed class PushCandidates
{
    private static readonly int[] Sizes = [1, 4, 8, 16];
    private static readonly double[] Times = [1, 1.5, 2, 3, 4, 6, 8];
    private static readonly EditPositions[] Places = [EditPositions.Last, EditPositions.Prompt];

    private readonly LoadedSae _sae;
    private readonly double[] _harmful, _harmless;
    private readonly double _norm;

    public PushCandidates(LanguageModel model, LoadedSae sae, RequestSides requests, CancellationToken cancel)
    {
        _sae = sae;
        (_harmful, var harmfulNorm) = Means(model, requests.Harmful, cancel);
        (_harmless, var harmlessNorm) = Means(model, requests.Harmless, cancel);
        _norm = (harmfulNorm + harmlessNorm) / 2;
    }

    /// <summary>All pushes toward a goal, with what they push.</summary>
    public IEnumerable<(SteeredPush Push, IReadOnlyList<ResolvedEdit> Edits)> Toward(SteerGoal goal)
    {
        var sign = goal == SteerGoal.Refusal ? 1 : -1;
        int[] order = [.. Enumerable.Range(0, _harmful.Length).OrderByDescending(feature => Math.Abs(_harmful[feature] - _harmless[feature]))];
        foreach (var size in Sizes)
            foreach (var times in Times)
                foreach (var place in Places)
                {
                    PushedFeature[] features = [.. order.Take(size).Select(feature => new PushedFeature(feature, sign * times * (_harmful[feature] - _harmless[feature]), _harmful[feature], _harmless[feature]))];
                    ResolvedEdit[] edits = [.. features.Select(feature => new ResolvedEdit(EditOp.Add, _sae.WrittenHook, _sae, feature.Feature, null, feature.Coefficient, place))];
                    var length = ControlDraw.Length(edits);
                    yield return (new(_sae.Name, features, times, place.ToString(), length, length / _norm), edits);
                }
    }

    /// <summary>Means at the last token of each feature's value, and of ‖h‖.</summary>
    private (double[] Values, double Norm) Means(LanguageModel model, IReadOnlyList<int[]> prompts, CancellationToken cancel)
    {
        var (sums, norm) = (new double[_sae.DSae], 0.0);
        foreach (var prompt in prompts)
        {
            cancel.ThrowIfCancellationRequested();
            using var run = new LayerRun(model, [_sae], prompt, new HookSet(), LogitRows.None);
            var codes = run.Codes(_sae);
            var indices = codes.RowIndices(prompt.Length - 1);
            var values = codes.RowValues(prompt.Length - 1);
            for (var i = 0; i < indices.Length; i++) sums[indices[i]] += values[i] / prompts.Count;
            norm += run.Norms(_sae)[^1] / prompts.Count;
        }
        return (sums, norm);
    }
}
