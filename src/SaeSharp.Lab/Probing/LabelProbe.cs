namespace SaeSharp.Lab.Probing;

/// <summary>The probes for one label: on the k most different latents, on all, and on the raw activations.</summary>
internal sealed class LabelProbe
{
    private readonly ProbeRequest _request;
    private readonly ProbeRows _latents, _testLatents, _activations, _testActivations;
    private readonly bool[] _labels, _testLabels;

    public LabelProbe(PooledTexts pooled, bool[] positive, int[] training, int[] test, ProbeRequest request)
    {
        _request = request;
        (_latents, _testLatents) = (pooled.Latents.Of(training), pooled.Latents.Of(test));
        (_activations, _testActivations) = (pooled.Activations.Of(training), pooled.Activations.Of(test));
        (_labels, _testLabels) = ([.. training.Select(row => positive[row])], [.. test.Select(row => positive[row])]);
    }

    public LabelProbes Run(string label, CancellationToken cancel)
    {
        var differences = _latents.MeanDifferences(_labels);
        var ranked = Ranked(differences);
        var lines = new List<ProbeLine>();
        foreach (var k in _request.K.Distinct().Order().Where(k => k < ranked.Length))
        {
            cancel.ThrowIfCancellationRequested();
            int[] chosen = [.. ranked.Take(k)];
            lines.Add(Line("latents", _latents.Choose(chosen), _testLatents.Choose(chosen), weights => [.. chosen.Select((latent, i) => new ProbedLatent(latent, differences[latent], weights[i]))]));
        }
        cancel.ThrowIfCancellationRequested();
        lines.Add(Line("latents", _latents, _testLatents, _ => []));
        cancel.ThrowIfCancellationRequested();
        lines.Add(Line("activations", _activations, _testActivations, _ => []));
        var majority = _labels.Count(positive => positive) * 2 > _labels.Length;
        return new(label, _testLabels.Count(positive => positive), (double)_testLabels.Count(positive => positive == majority) / _testLabels.Length, lines);
    }

    /// <summary>Columns by |difference|, the largest first; of equal ones the first.</summary>
    public static int[] Ranked(double[] differences) => [.. Enumerable.Range(0, differences.Length).OrderByDescending(column => Math.Abs(differences[column])).ThenBy(column => column)];

    private ProbeLine Line(string reads, ProbeRows training, ProbeRows test, Func<double[], IReadOnlyList<ProbedLatent>> latents)
    {
        var fit = LogisticRegression.Fit(training, _labels, _request.C);
        var scores = new RankedScores(fit.Scores(test), _testLabels);
        var (f1, auroc) = scores.Bootstrap(_request.Seed);
        return new(reads, training.Columns, new RankedScores(fit.Scores(training), _labels).Accuracy, scores.AccuracyEstimate, f1, auroc, latents(fit.Weights));
    }
}
