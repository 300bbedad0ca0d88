using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Losses of the model with its activations replaced at the positions that count: by the reconstruction, by zero, by the mean.</summary>
/// <remarks>
/// A loss counts at a position that counts itself and has a next token in its window; so does a divergence. Positions that do not count keep their activations in every run.
/// <see cref="EvalConvention.SaeLens"/>: divergences count at the last token of a window too, and zero ablation takes the positions that do not count as well.
/// </remarks>
/// <param name="model">The model.</param>
/// <param name="view">What is read and replaced; where it is several hooks, all of them are replaced at once, by what was read of one run without replacements.</param>
/// <param name="convention">Whose definitions.</param>
/// <param name="input">What else is read, for a transcoder; it is replaced nowhere.</param>
internal sealed class SpliceScores(LanguageModel model, JoinedView view, EvalConvention convention = EvalConvention.Ours, JoinedView? input = null)
{
    private readonly Transformer _transformer = model.Transformer;
    private readonly SplicePoint _point = SplicePoint.Of(model.Transformer, [.. view.Hooks, .. input?.Hooks ?? []]);
    private readonly double[] _loss = new double[4], _divergence = new double[4];
    private readonly Buffer _trunk = new(), _edited = new(), _x = new(), _input = new(), _original = new(), _spliced = new();
    private NextTokenScores? _scores;
    private TokenBatch _batch = null!;
    private int[] _kept = [], _every = [], _targets = [];
    private long _lossPositions, _divergencePositions;
    private Tensor? _stream;

    /// <summary>What stands in place of an activation.</summary>
    public enum Splice { Original, Reconstruction, Zero, Mean }

    /// <summary>Mean next-token loss, nats; null without positions.</summary>
    public double? Loss(Splice splice) => _lossPositions > 0 ? _loss[(int)splice] / _lossPositions : null;

    /// <summary>Mean KL(original ‖ spliced), nats; null without positions.</summary>
    public double? Divergence(Splice splice) => _divergencePositions > 0 ? _divergence[(int)splice] / _divergencePositions : null;

    /// <summary>Loss of each position that counts in the run just added, in order; NaN where there is no next token.</summary>
    public ReadOnlySpan<double> TokenLosses => _scores!.Losses.AsSpan(0, _kept.Length);

    /// <summary>KL of each position that counts in the run just added, in order.</summary>
    public ReadOnlySpan<double> TokenDivergences => _scores!.Divergences.AsSpan(0, _kept.Length);

    /// <summary>The input's rows that count in the windows just begun, [kept, dIn]; those of what is replaced where there is no other.</summary>
    public Tensor Input { get; private set; } = null!;

    /// <summary>Runs windows as they are and returns the activations that count, [kept, dIn]; valid until the next windows.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="trunk">The residual stream at the point's trunk, from an earlier run of these windows; left out: it is run.</param>
    public Tensor Begin(IReadOnlyList<Window> windows, Tensor? trunk = null)
    {
        _batch = TokenBatch.Of([.. windows.Select(window => window.Ids)]);
        (_kept, _every) = (Harvester.KeptRows(windows), [.. Enumerable.Range(0, _batch.Rows)]);
        _targets = Targets(windows);
        var x = _x.Rows(_kept.Length, view.WidthOf(_transformer));                                        // x    [kept, dIn]
        Input = input is null ? x : _input.Rows(_kept.Length, input.WidthOf(_transformer));               // x    [kept, dIn]
        var reads = new List<(string Hook, Action<Tensor> Read)>();
        foreach (var (part, start) in view.Stretches(_transformer)) reads.Add((part.Hook, value => Gather(part, value, x, start, windows)));
        foreach (var (part, start) in input?.Stretches(_transformer) ?? []) reads.Add((part.Hook, value => Gather(part, value, Input, start, windows)));

        var logits = RunOriginal(trunk, reads);                                                            // a    [rows, dVocab]
        _scores = Scores(_kept.Length);
        _scores.Begin(logits, _kept, _targets);
        _lossPositions += _targets.Count(target => target >= 0);
        _divergencePositions += convention == EvalConvention.SaeLens ? _kept.Length : _targets.Count(target => target >= 0);
        Sum(_loss, Splice.Original, _scores.Losses, everywhere: false);
        return x;
    }

    /// <summary>Runs the windows once more with <paramref name="x"/> in place.</summary>
    /// <param name="splice">What it is.</param>
    /// <param name="x">[kept, dIn], or [1, dIn] for the same at all positions.</param>
    public void Add(Splice splice, Tensor x)
    {
        var rows = splice == Splice.Zero && convention == EvalConvention.SaeLens ? _every : _kept;
        _scores!.Compare(RunSpliced(rows, x));
        Sum(_loss, splice, _scores.Losses, everywhere: false);
        Sum(_divergence, splice, _scores.Divergences, everywhere: convention == EvalConvention.SaeLens);
    }

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        foreach (var buffer in (ReadOnlySpan<Buffer>)[_trunk, _edited, _x, _input, _original, _spliced]) buffer.Free();
        _scores?.Free();
    }

    private Tensor RunOriginal(Tensor? trunk, IReadOnlyList<(string Hook, Action<Tensor> Read)> reads)
    {
        var hooks = new HookSet();
        foreach (var (hook, read) in reads)
            if (!_point.IsStream(hook)) hooks.Read(hook, read);
        if (_point.Trunk is null)
        {
            var logits = _transformer.Run(_batch, hooks, LogitRows.All)!;
            _original.Replace(logits);
            return logits;
        }
        _stream = trunk ?? Trunk();
        foreach (var (hook, read) in reads)
            if (_point.IsStream(hook)) read(_stream);
        return _transformer.RunFrom(_batch, _point.Block, _stream, LogitRows.All, _original.Rows(_batch.Rows, _transformer.Spec.DVocab), hooks)!;
    }

    private Tensor Trunk()
    {
        var stream = _trunk.Rows(_batch.Rows, _transformer.Spec.DModel);                                  // h    [rows, dModel]
        _transformer.Run(_batch, new HookSet().Read(_point.Trunk!, value => value.CopyTo(stream)), LogitRows.None);
        return stream;
    }

    private Tensor RunSpliced(int[] rows, Tensor x)
    {
        var hooks = new HookSet();
        foreach (var (part, start) in view.Stretches(_transformer))
            if (!_point.IsStream(part.Hook)) hooks.Edit(part.Hook, (Tensor value) => Put(part, value, rows, x, start));
        if (_point.Trunk is null)
        {
            var logits = _transformer.Run(_batch, hooks, LogitRows.All)!;
            _spliced.Replace(logits);
            return logits;
        }
        var stream = _stream!;
        foreach (var (part, start) in view.Stretches(_transformer).Where(stretch => _point.IsStream(stretch.Part.Hook)))
        {
            if (stream == _stream)
            {
                stream = _edited.Rows(_batch.Rows, _transformer.Spec.DModel);
                _stream.CopyTo(stream);
            }
            Put(part, stream, rows, x, start);
        }
        return _transformer.RunFrom(_batch, _point.Block, stream, LogitRows.All, _spliced.Rows(_batch.Rows, _transformer.Spec.DVocab), hooks)!;
    }

    private void Sum(double[] sums, Splice splice, double[] values, bool everywhere)
    {
        for (var i = 0; i < _kept.Length; i++)
            if (everywhere || _targets[i] >= 0) sums[(int)splice] += values[i];
    }

    private NextTokenScores Scores(int rows)
    {
        if (_scores is not null && _scores.Capacity >= rows) return _scores;
        _scores?.Free();
        return new(rows, _transformer.Spec.DVocab);
    }

    private void Gather(ActivationView part, Tensor value, Tensor x, int start, IReadOnlyList<Window> windows)
    {
        var rows = value.Reshape(_batch.Rows, (int)(value.Count / _batch.Rows));
        for (var i = 0; i < _kept.Length; i++)
        {
            var row = rows.Row<float>(_kept[i]);
            if (!TensorPrimitives.IsFiniteAll<float>(row)) throw LabException.NotFinite(part.Hook, $"documents {windows[0].Document} to {windows[^1].Document}");
            part.Read(row, x.Row<float>(i).Slice(start, part.WidthOf(_transformer)));
        }
    }

    private void Put(ActivationView part, Tensor value, int[] places, Tensor x, int start)
    {
        var (rows, width) = (value.Reshape(_batch.Rows, (int)(value.Count / _batch.Rows)), part.WidthOf(_transformer));
        for (var i = 0; i < places.Length; i++) part.Write(x.Row<float>(x.RowCount == 1 ? 0 : i).Slice(start, width), rows.Row<float>(places[i]));
    }

    private static int[] Targets(IReadOnlyList<Window> windows) =>
        [.. windows.SelectMany(window => window.Kept.Select(position => position + 1 < window.Ids.Length ? window.Ids[position + 1] : -1))];

    /// <summary>Memory that is used again by batches of its size or less.</summary>
    private sealed class Buffer
    {
        private Tensor? _memory;

        public Tensor Rows(int rows, int columns)
        {
            if (_memory is null || _memory.RowCount < rows) Replace(Tensor.Zeros(DType.F32, rows, columns));
            return _memory!.RowCount == rows ? _memory : _memory.Rows(0, rows);
        }

        public void Replace(Tensor memory)
        {
            _memory?.Free();
            _memory = memory;
        }

        public void Free() => _memory?.Free();
    }
}
