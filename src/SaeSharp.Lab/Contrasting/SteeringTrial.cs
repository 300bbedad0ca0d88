using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Pushes features one by one at the end of a neutral prompt and looks at what the model would say next.</summary>
/// <remarks>
/// The push is that of arXiv:2505.20063: ten times the largest latent of the prompt's last token is added to the feature's, and the SAE's error stays. Both scores
/// read the same run; the paper of ΔC₁, arXiv:2510.03659, scales the feature's own code and sets all others to zero, which is no push as sae steer makes it.
/// </remarks>
internal sealed class SteeringTrial
{
    private const double Times = 10;
    private const int TokensPromoted = 20, Shown = 6, SequencesAtATime = 64;

    private readonly LanguageModel _model;
    private readonly int[] _ids;
    private readonly Dictionary<LoadedSae, double> _largest = [];
    private readonly double _confidence;

    public SteeringTrial(LanguageModel model, IReadOnlyList<LoadedSae> saes, string neutral)
    {
        (_model, _ids) = (model, model.Ids(neutral, null, noSpecial: false));
        using var run = new LayerRun(model, saes, _ids, new HookSet(), LogitRows.Last);
        foreach (var sae in saes)
        {
            var values = run.Codes(sae).RowValues(_ids.Length - 1);
            _largest[sae] = values.Length > 0 ? System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(values) : 0;
        }
        LogitLoss.Normalise(run.Logits!);
        _confidence = -System.Numerics.Tensors.TensorPrimitives.Max<float>(run.Logits!.Row<float>(0));
    }

    /// <summary>One result a feature, in order.</summary>
    public IReadOnlyList<Steerability> Of(IReadOnlyList<(LoadedSae Sae, int Feature)> features, CancellationToken cancel)
    {
        var results = new List<Steerability>();
        foreach (var chunk in features.Chunk(SequencesAtATime))
        {
            cancel.ThrowIfCancellationRequested();
            var hooks = new HookSet();
            foreach (var atHook in chunk.Index().GroupBy(entry => entry.Item.Sae.WrittenViewOf(_model).Parts[0].Hook))
                hooks.Edit(atHook.Key, value => Push(value, [.. atHook]));
            var logits = _model.Transformer.Run(TokenBatch.Of([.. chunk.Select(_ => _ids)]), hooks, LogitRows.Last)!; // [features, dVocab]
            LogitLoss.Normalise(logits);
            var promoted = Promoted(chunk);
            for (var i = 0; i < chunk.Length; i++) results.Add(Score(chunk[i].Sae, promoted[i], logits.Row<float>(i)));
            logits.Free();
        }
        return results;
    }

    private void Push(Tensor value, (int Index, (LoadedSae Sae, int Feature) Item)[] features)
    {
        var rows = value.RowCount / (value.Rank > 2 ? value.Shape[1..^1].ToArray().Aggregate(1, (product, size) => product * size) : 1);
        var h = value.Reshape(rows, (int)(value.Count / rows));                                           // [rows, width]
        foreach (var (index, (sae, feature)) in features)
        {
            var row = h.Row<float>((index + 1) * _ids.Length - 1)[(sae.WrittenViewOf(_model).Parts[0].Head?.Start ?? 0)..];
            var direction = sae.UnitDirection(feature);
            for (var i = 0; i < direction.Length; i++) row[i] += (float)(Times * _largest[sae] * direction[i]);
        }
    }

    private int[][] Promoted((LoadedSae Sae, int Feature)[] features)
    {
        var promoted = new int[features.Length][];
        foreach (var ofSae in features.Index().GroupBy(entry => entry.Item.Sae))
        {
            var tokens = LogitLens.Promoted(ofSae.Key, _model, [.. ofSae.Select(entry => entry.Item.Feature)], TokensPromoted);
            foreach (var (i, entry) in ofSae.Index()) promoted[entry.Index] = tokens?[i] ?? [];
        }
        return promoted;
    }

    private Steerability Score(LoadedSae sae, int[] promoted, ReadOnlySpan<float> logProbabilities)
    {
        double? output = null;
        if (promoted.Length > 0)
        {
            var best = float.NegativeInfinity;
            foreach (var token in promoted) best = Math.Max(best, logProbabilities[token]);
            var rank = 0;
            foreach (var other in logProbabilities)
                if (other > best) rank++;
            output = (1 - (double)rank / logProbabilities.Length) * Math.Exp(best);
        }
        var confidence = -System.Numerics.Tensors.TensorPrimitives.Max(logProbabilities);
        return new(output, confidence - _confidence, Times * _largest[sae], [.. promoted.Take(Shown).Select(_model.TokenText)]);
    }
}
