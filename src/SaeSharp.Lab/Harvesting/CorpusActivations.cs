using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Harvesting;

/// <summary>The activations of a corpus at several hooks, for training: kept in memory where they fit, otherwise made anew whenever they are asked for.</summary>
/// <remarks>Both ways give the same bits, since a row of the model does not depend on the rows beside it.</remarks>
internal sealed class CorpusActivations : IDisposable
{
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly int _seed;
    private readonly Dictionary<string, Tensor> _kept = new(StringComparer.Ordinal);
    private readonly int[] _starts;

    private CorpusActivations(LanguageModel model, Corpus corpus, int seed)
    {
        (_model, _corpus, _seed) = (model, corpus, seed);
        _starts = new int[corpus.Windows.Count + 1];
        if (corpus.KeptTokens <= int.MaxValue) // more is never kept
            for (var i = 0; i < corpus.Windows.Count; i++) _starts[i + 1] = _starts[i] + corpus.Windows[i].Kept.Length;
    }

    /// <summary>Opens the activations of <paramref name="corpus"/>; where all hooks together take at most <paramref name="cacheBytes"/>, the model runs once now.</summary>
    public static CorpusActivations Open(LanguageModel model, Corpus corpus, IReadOnlyList<string> hooks, int seed, long cacheBytes, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var activations = new CorpusActivations(model, corpus, seed);
        var bytes = hooks.Sum(hook => corpus.KeptTokens * model.Transformer.HookWidth(hook) * sizeof(float));
        if (bytes <= cacheBytes && corpus.KeptTokens <= int.MaxValue) activations.Keep(hooks, progress, cancel);
        return activations;
    }

    /// <summary>The stream of one hook.</summary>
    public ActivationStream At(string hook) => At(new RowLayout(new RowPart(hook)));

    /// <summary>The stream of rows that hold several things.</summary>
    public ActivationStream At(RowLayout layout) => At(layout, _seed);

    /// <summary>The same in another order of windows.</summary>
    public ActivationStream At(RowLayout layout, int seed)
    {
        foreach (var hook in layout.Hooks) _model.Transformer.RequireHook(hook);
        int[] counts = [.. _corpus.Windows.Select(window => RowsOf(layout, window)?.Length ?? window.Kept.Length)];
        return counts.Any(count => count > 0)
            ? new Stream(this, layout, counts, seed)
            : throw OptionException.Invalid($"No token of the texts has all the neighbours that '{layout}' asks for.", "Take longer windows (--context), longer texts or nearer neighbours.");
    }

    public void Dispose()
    {
        foreach (var tensor in _kept.Values) tensor.Free();
        _kept.Clear();
    }

    private static int[]? RowsOf(RowLayout layout, Window window)
    {
        if (!layout.HasNeighbours) return null;
        var documents = window.KeptDocuments();
        return [.. Enumerable.Range(0, window.Kept.Length).Where(row => layout.Fits(window.Kept, documents, row))];
    }

    private void Keep(IReadOnlyList<string> hooks, IProgress<Progress>? progress, CancellationToken cancel)
    {
        foreach (var hook in hooks) _kept[hook] = Tensor.Zeros(DType.F32, (int)_corpus.KeptTokens, _model.Transformer.HookWidth(hook));
        var meter = new ProgressMeter(progress, "harvesting", _corpus.KeptTokens, "tokens");
        var done = 0;
        new Harvester(_model, [.. hooks.Select(View)], Harvester.DefaultRows).Run(_corpus.Windows, batch =>
        {
            foreach (var hook in hooks) batch.Activations[View(hook)].CopyTo(_kept[hook].Rows(done, batch.KeptRows.Length));
            meter.Report(done += batch.KeptRows.Length);
        }, cancel);
    }

    /// <summary>The hook as TransformerLens gives it without processing, so that what is trained here means the same there.</summary>
    private ActivationView View(string hook) => ActivationView.Of(_model.Transformer, hook, ModelProcessing.None);

    /// <summary>Rows in an order of windows that depends on the epoch.</summary>
    private sealed class Stream(CorpusActivations owner, RowLayout layout, int[] counts, int seed)
        : UnitStream(layout, layout.Parts.Sum(part => owner._model.Transformer.HookWidth(part.Hook)), counts, seed)
    {
        protected override int[]? RowsOf(int unit) => CorpusActivations.RowsOf(Layout, owner._corpus.Windows[unit]);

        protected override void ReadUnits(IReadOnlyList<int> units, UnitSink take, CancellationToken cancel)
        {
            if (Layout.Hooks.All(owner._kept.ContainsKey))
            {
                Tensor[] kept = [.. Layout.Parts.Select(part => owner._kept[part.Hook])];
                foreach (var unit in units) take(unit, kept, owner._starts[unit]);
                return;
            }
            var (views, done) = (Layout.Hooks.ToDictionary(hook => hook, owner.View), 0);
            new Harvester(owner._model, [.. views.Values.Distinct()], Harvester.DefaultRows).Run(units.Select(unit => owner._corpus.Windows[unit]), batch =>
            {
                Tensor[] sources = [.. Layout.Parts.Select(part => batch.Activations[views[part.Hook]])];
                var first = 0;
                foreach (var window in batch.Windows)
                {
                    take(units[done++], sources, first);
                    first += window.Kept.Length;
                }
            }, cancel);
        }
    }
}
