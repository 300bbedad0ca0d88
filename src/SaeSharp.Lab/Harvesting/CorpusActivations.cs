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
    private readonly long[] _starts;

    private CorpusActivations(LanguageModel model, Corpus corpus, int seed)
    {
        (_model, _corpus, _seed) = (model, corpus, seed);
        _starts = new long[corpus.Windows.Count + 1];
        for (var i = 0; i < corpus.Windows.Count; i++) _starts[i + 1] = _starts[i] + corpus.Windows[i].Kept.Length;
    }

    /// <summary>Opens the activations of <paramref name="corpus"/>; where all hooks together take at most <paramref name="cacheBytes"/>, the model runs once now.</summary>
    public static CorpusActivations Open(LanguageModel model, Corpus corpus, IReadOnlyList<string> hooks, int seed, long cacheBytes, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var activations = new CorpusActivations(model, corpus, seed);
        var bytes = hooks.Sum(hook => corpus.KeptTokens * model.Transformer.HookWidth(hook) * sizeof(float));
        if (bytes <= cacheBytes) activations.Keep(hooks, progress, cancel);
        return activations;
    }

    /// <summary>The stream of one hook.</summary>
    public ActivationStream At(string hook) => new Stream(this, hook);

    public void Dispose()
    {
        foreach (var tensor in _kept.Values) tensor.Free();
        _kept.Clear();
    }

    private void Keep(IReadOnlyList<string> hooks, IProgress<Progress>? progress, CancellationToken cancel)
    {
        foreach (var hook in hooks) _kept[hook] = Tensor.Zeros(DType.F32, checked((int)_corpus.KeptTokens), _model.Transformer.HookWidth(hook));
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

    /// <summary>One hook's activations in an order of documents that depends on the epoch.</summary>
    private sealed class Stream(CorpusActivations owner, string hook) : ActivationStream
    {
        private DocumentOrder? _order;
        private int _epoch = -1;

        public override int DIn { get; } = owner._model.Transformer.HookWidth(hook);

        public override long TokensPerEpoch => owner._corpus.KeptTokens;

        public override void Read(int epoch, long start, Tensor x, CancellationToken cancel)
        {
            if (_order is null || epoch != _epoch) (_order, _epoch) = (new(owner._corpus.Windows, owner._seed, epoch), epoch);
            var (place, end) = (_order.PlaceOf(start), start + x.RowCount);
            var wanted = new List<int>();
            for (var next = place; next < _order.Order.Length && _order.Start(next) < end; next++) wanted.Add(_order.Order[next]);
            var at = _order.Start(place); // the token number of the next row that comes
            if (owner._kept.TryGetValue(hook, out var kept)) ReadKept(kept, wanted, at, start, x);
            else
            {
                var view = owner.View(hook);
                new Harvester(owner._model, [view], Harvester.DefaultRows).Run(wanted.Select(number => owner._corpus.Windows[number]), batch =>
                {
                    Place(batch.Activations[view], at, start, x);
                    at += batch.KeptRows.Length;
                }, cancel);
            }
        }

        private void ReadKept(Tensor kept, List<int> wanted, long at, long start, Tensor x)
        {
            foreach (var number in wanted)
            {
                var count = owner._corpus.Windows[number].Kept.Length;
                Place(kept.Rows((int)owner._starts[number], count), at, start, x);
                at += count;
            }
        }

        /// <summary>Copies the rows of <paramref name="source"/>, which begin at token <paramref name="at"/>, into those of x, which begin at <paramref name="start"/>.</summary>
        private static void Place(Tensor source, long at, long start, Tensor x)
        {
            var first = Math.Max(at, start);
            var count = (int)(Math.Min(at + source.RowCount, start + x.RowCount) - first);
            if (count > 0) source.Rows((int)(first - at), count).CopyTo(x.Rows((int)(first - start), count));
        }
    }
}
