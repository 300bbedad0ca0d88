using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Lab.Evaluating;

/// <summary>All figures of an SAE on a corpus. Two sweeps: the first reads activations and their mean, the second splices.</summary>
internal static class Evaluation
{
    private const long LogitElements = 1 << 25; // 128 MiB of f32 logits at a time

    public static EvalResult Run(EvalRequest request, Shelves shelves, EvalStore store, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var sae = shelves.Saes.Get(request.Sae);
        var model = shelves.ModelFor(sae, request.Model);
        var corpus = Corpus.Read(request.Corpus, model).Take(request.Tokens);
        var (result, _) = Run(sae, model, corpus, OptionException.Positive(request.Batch, "--batch"), progress, cancel);
        store.Keep(result);
        return result;
    }

    /// <summary>The figures, and the scores they were taken from; <paramref name="seen"/> is shown the codes of every batch.</summary>
    public static (EvalResult Result, SpliceScores Scores) Run(
        LoadedSae sae, LanguageModel model, Corpus corpus, int batch, IProgress<Progress>? progress, CancellationToken cancel, Action<SparseCodes>? seen = null)
    {
        sae.RequireReconstructs();
        sae.RequireRowwise();
        var metrics = SaeMetric.All().ToDictionary(metric => metric.Name);
        var sums = new double[sae.Sae.DIn];
        var meter = new ProgressMeter(progress, "encoding", corpus.KeptTokens, "tokens");
        var done = 0L;
        var view = sae.ViewOf(model);
        new Harvester(model, [view], batch).Run(corpus.Windows, harvested =>
        {
            var x = harvested.Activations[view];                                                          // x    [kept, dIn]
            AddSums(x, sums);
            var codes = sae.Sae.Encode(x);
            seen?.Invoke(codes);
            var scored = new MetricBatch(x, sae.Sae.Decode(codes), codes);
            foreach (var metric in metrics.Values) metric.Add(scored);
            meter.Report(done += x.RowCount);
        }, cancel);

        var mean = Tensor.Of(sums.Select(sum => (float)(sum / corpus.KeptTokens)).ToArray(), 1, sums.Length); // x̄    [1, dIn]
        var scores = Splice(sae, model, corpus, batch, mean, progress, cancel);
        return (Collect(sae, model, corpus, metrics, scores), scores);
    }

    private static SpliceScores Splice(LoadedSae sae, LanguageModel model, Corpus corpus, int batch, Tensor mean, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var scores = new SpliceScores(model, sae.ViewOf(model), sae.Sae.Reconstruct, mean);
        var meter = new ProgressMeter(progress, "splicing", corpus.KeptTokens, "tokens");
        var done = 0L;
        var rows = (int)Math.Min(batch, Math.Max(1, LogitElements / model.Transformer.Spec.DVocab));
        foreach (var windows in Corpus.Batches(corpus.Windows, rows))
        {
            cancel.ThrowIfCancellationRequested();
            scores.Add(windows);
            meter.Report(done += windows.Sum(window => window.Kept.Length));
        }
        return scores;
    }

    private static EvalResult Collect(LoadedSae sae, LanguageModel model, Corpus corpus, Dictionary<string, SaeMetric> metrics, SpliceScores scores)
    {
        var reasons = new Dictionary<string, string>();
        double? Metric(string name)
        {
            var value = metrics[name].Value;
            if (value.Reason is { } reason) reasons[name] = reason;
            return value.Number;
        }
        double? Loss(string name, SpliceScores.Splice splice) => Finite(name, scores.Loss(splice), "no counted token has a next one", reasons);
        double? Recovered(string name, double? ablated, double? spliced, double? original) =>
            ablated is null ? Finite(name, null, "there is no loss", reasons)
            : ablated == original ? Finite(name, null, "the ablation does not change the loss", reasons)
            : Finite(name, (ablated - spliced) / (ablated - original), "", reasons);

        var (original, spliced) = (Loss("ceOriginal", SpliceScores.Splice.Original), Loss("ceSpliced", SpliceScores.Splice.Reconstruction));
        var (zero, mean) = (Loss("ceZero", SpliceScores.Splice.Zero), Loss("ceMean", SpliceScores.Splice.Mean));
        return new()
        {
            Sae = sae.Name, Model = model.Name, Hook = sae.Hook, Tokens = corpus.KeptTokens, Corpus = corpus.Path, WeightsSha256 = sae.WeightsSha256,
            L0 = Metric("l0"), L1 = Metric("l1"), Mse = Metric("mse"), Fvu = Metric("fvu"), ExplainedVariance = Metric("explainedVariance"), Cosine = Metric("cosine"),
            DeadFraction = Metric("deadFraction"), DenseFraction = Metric("denseFraction"), Shrinkage = Metric("shrinkage"),
            CeOriginal = original, CeSpliced = spliced, CeZero = zero, CeMean = mean,
            CeRecovered = Recovered("ceRecovered", zero, spliced, original), CeRecoveredMean = Recovered("ceRecoveredMean", mean, spliced, original),
            Kl = Finite("kl", scores.Divergence(SpliceScores.Splice.Reconstruction), "no counted token has a next one", reasons),
            Reasons = reasons,
        };
    }

    private static double? Finite(string name, double? value, string reason, Dictionary<string, string> reasons)
    {
        if (value is { } number && double.IsFinite(number)) return number;
        reasons[name] = value is null ? reason : "it is not a finite number";
        return null;
    }

    private static void AddSums(Tensor x, double[] sums)
    {
        for (var row = 0; row < x.RowCount; row++)
        {
            var values = x.Row<float>(row);
            for (var i = 0; i < values.Length; i++) sums[i] += values[i];
        }
    }
}
