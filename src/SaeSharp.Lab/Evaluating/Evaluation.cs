using System.Diagnostics;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Metrics;
using Splice = SaeSharp.Lab.Evaluating.SpliceScores.Splice;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Figures of an SAE on a corpus, all in one sweep: each batch is run, encoded once, scored, and run again with something in place of its activations. Only a mean ablation needs a sweep for the mean before.</summary>
internal sealed class Evaluation
{
    private const long LogitElements = 1 << 20; // 4 MiB of logits at a time stay in the caches, where they are written, scored and compared
    private const long MostLogitElements = 1 << 25; // 128 MiB
    private const int LeastRows = 256; // below, matrix products read their weights too often

    private readonly LoadedSae _sae;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly JoinedView _view, _input;
    private readonly EvalChoice _choice;
    private readonly FiringCounts _firings = new();
    private readonly IReadOnlyList<IReadOnlyList<Window>> _batches;

    private Evaluation(LoadedSae sae, LanguageModel model, Corpus corpus, int batch, EvalChoice choice)
    {
        sae.RequireReconstructs();
        sae.RequireRowwise();
        sae.RequireFits(model);
        (_sae, _model, _corpus, _view, _input, _choice) = (sae, model, corpus, sae.WrittenViewOf(model), sae.ViewOf(model), choice);
        var byBatch = choice.Metrics.Any(metric => !metric.IsPooled);
        _batches = [.. Corpus.Batches(corpus.Windows, byBatch ? batch : Rows(batch, model.Transformer.Spec.DVocab))];
    }

    public static EvalResult Run(EvalRequest request, Shelves shelves, EvalStore store, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var choice = new EvalChoice(request.Metrics, request.Convention);
        var sae = shelves.Saes.Get(request.Sae);
        var model = shelves.ModelFor(sae, request.Model);
        var corpus = Corpus.Read(request.Corpus, model);
        if (request.IgnoreSpecial || request.IgnoreIds is { Count: > 0 })
        {
            HashSet<int> ignored = [.. request.IgnoreIds ?? []];
            corpus = corpus.Without(id => ignored.Contains(id) || request.IgnoreSpecial && model.IsSpecialOfAnyKind(id));
        }
        var evaluation = new Evaluation(sae, model, corpus.Take(request.Tokens), OptionException.Positive(request.Batch, "--batch"), choice);
        var (result, _) = evaluation.Run(request.Convention, request.PerLatent, null, progress, cancel);
        if (request.Metrics is null) store.Keep(result with { Latents = null });
        return result;
    }

    /// <summary>All figures, and the scores they were taken from; <paramref name="seen"/> is shown the codes of every batch.</summary>
    public static (EvalResult Result, SpliceScores Scores) Run(
        LoadedSae sae, LanguageModel model, Corpus corpus, int batch, IProgress<Progress>? progress, CancellationToken cancel, Action<SparseCodes>? seen = null) =>
        new Evaluation(sae, model, corpus, batch, new(null, EvalConvention.Ours)).Run(EvalConvention.Ours, false, seen, progress, cancel);

    private (EvalResult, SpliceScores) Run(EvalConvention convention, bool perLatent, Action<SparseCodes>? seen, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var scores = new SpliceScores(_model, _view, convention, _sae.ReconstructsItsHook ? null : _input);
        using var means = _choice.Splices.Contains(Splice.Mean) ? Means(progress, cancel) : null;
        try
        {
            Score(scores, means, seen, progress, cancel);
        }
        finally
        {
            scores.Free();
        }
        var seconds = clock.Elapsed.TotalSeconds;
        var result = new EvalResult
        {
            Sae = _sae.Name, Model = _model.Name, Hook = _sae.Hook, HookOut = _sae.ReconstructsItsHook ? null : _sae.WrittenHook, Tokens = _corpus.KeptTokens, Corpus = _corpus.Path, WeightsSha256 = _sae.WeightsSha256,
            Seconds = seconds, TokensPerSecond = _corpus.KeptTokens / seconds, Latents = perLatent ? Latents() : null,
        };
        var figures = new EvalFigures(result, _choice);
        figures.Add(_choice.Metrics);
        if (_choice.HasLosses) figures.Add(scores);
        return (result with { Reasons = figures.Reasons }, scores);
    }

    private MeanSweep Means(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var means = new MeanSweep(_model, _view);
        var (meter, done) = (new ProgressMeter(progress, "averaging", _corpus.KeptTokens, "tokens"), 0L);
        foreach (var windows in _batches)
        {
            cancel.ThrowIfCancellationRequested();
            means.Add(windows);
            meter.Report(done += windows.Sum(window => (long)window.Kept.Length));
        }
        return means;
    }

    private void Score(SpliceScores scores, MeanSweep? means, Action<SparseCodes>? seen, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var zero = Tensor.Zeros(DType.F32, 1, _sae.Sae.DOut);                                             // 0    [1, dOut]
        var mean = means?.Mean ?? zero;                                                                   // ȳ    [1, dOut]
        var (meter, done) = (new ProgressMeter(progress, "scoring", _corpus.KeptTokens, "tokens"), 0L);
        var harvester = new Harvester(_model, [.. _view.Parts.Concat(_input.Parts).Distinct()], Harvester.DefaultRows);
        for (var batch = 0; batch < _batches.Count; batch++)
        {
            cancel.ThrowIfCancellationRequested();
            var windows = _batches[batch];
            using var harvested = _choice.HasLosses ? null : harvester.Run(windows);
            var y = harvested?.Of(_view) ?? scores.Begin(windows, means?.Trunk(batch));                   // y    [kept, dOut]; x for an autoencoder
            var x = _sae.ReconstructsItsHook ? y : harvested?.Of(_input) ?? scores.Input;                 // x    [kept, dIn]
            var reconstruction = Measure(x, y, windows, seen);                                            // ŷ    [kept, dOut]
            foreach (var splice in _choice.Splices) scores.Add(splice, splice switch { Splice.Zero => zero, Splice.Mean => mean, _ => reconstruction });
            reconstruction.Free();
            meter.Report(done += x.RowCount);
        }
    }

    private Tensor Measure(Tensor x, Tensor y, IReadOnlyList<Window> windows, Action<SparseCodes>? seen)
    {
        var codes = _sae.Sae.Encode(x);
        seen?.Invoke(codes);
        var reconstruction = _sae.Sae.Decode(codes);
        var scored = new MetricBatch(y, reconstruction, codes, Starts(windows));
        _firings.Add(scored);
        foreach (var metric in _choice.Metrics) metric.Add(scored);
        return reconstruction;
    }

    private EvalLatents Latents()
    {
        var geometry = LatentGeometry.Of(_sae.Sae);
        T[] Each<T>(Func<int, T> of) => [.. Enumerable.Range(0, _sae.DSae).Select(of)];
        return new(Each(_firings.Density), Each(_firings.Log10Density), Each(_firings.FiringsInAText), geometry.EncoderNorms, geometry.EncoderBiases, geometry.DecoderNorms, _sae.ReconstructsItsHook ? geometry.EncoderDecoderCosines : null);
    }

    /// <summary>Rows at which the windows begin among those that count.</summary>
    private static int[] Starts(IReadOnlyList<Window> windows)
    {
        var starts = new int[windows.Count];
        for (var i = 1; i < starts.Length; i++) starts[i] = starts[i - 1] + windows[i - 1].Kept.Length;
        return starts;
    }

    private static int Rows(int batch, int dVocab) => (int)Math.Min(batch, Math.Max(1, Math.Min(Math.Max(LogitElements / dVocab, LeastRows), MostLogitElements / dVocab)));
}
