using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Evaluating;

/// <summary>The first of two sweeps, where a mean is needed before activations can be replaced by it. It ends at the last hook; the residual streams it met are kept for the second sweep as far as a fixed memory goes.</summary>
internal sealed class MeanSweep(LanguageModel model, JoinedView view) : IDisposable
{
    private const long KeptBytes = 256L << 20;
    private readonly SplicePoint _point = SplicePoint.Of(model.Transformer, view.Hooks);
    private readonly List<Tensor> _trunks = [];
    private readonly double[] _sums = new double[view.WidthOf(model.Transformer)];
    private readonly float[] _x = new float[view.Parts.Max(part => part.WidthOf(model.Transformer))];
    private long _rows, _bytes;

    /// <summary>x̄ [1, dIn] of the tokens that count.</summary>
    public Tensor Mean => Tensor.Of(_sums.Select(sum => (float)(sum / _rows)).ToArray(), 1, _sums.Length);

    /// <summary>The trunk of a batch by its number; null beyond what was kept.</summary>
    public Tensor? Trunk(int batch) => batch < _trunks.Count ? _trunks[batch] : null;

    /// <summary>Adds the next batch.</summary>
    public void Add(IReadOnlyList<Window> windows)
    {
        var batch = TokenBatch.Of([.. windows.Select(window => window.Ids)]);
        var kept = Harvester.KeptRows(windows);
        var hooks = new HookSet();
        if (_point.Trunk is { } trunk) hooks.Read(trunk, value => Keep(value, batch.Rows));
        foreach (var (part, start) in view.Stretches(model.Transformer))
            hooks.Read(part.Hook, value => Sum(part, start, value.Reshape(batch.Rows, (int)(value.Count / batch.Rows)), kept));
        model.Transformer.Run(batch, hooks, LogitRows.None);
        _rows += kept.Length;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var trunk in _trunks) trunk.Free();
    }

    private void Keep(Tensor stream, int rows)
    {
        if (_bytes + stream.Bytes > KeptBytes) _bytes = KeptBytes; // the first that does not fit ends it: trunks are numbered by batch
        else
        {
            _bytes += stream.Bytes;
            _trunks.Add(stream.Clone().Reshape(rows, model.Transformer.Spec.DModel));
        }
    }

    private void Sum(ActivationView part, int start, Tensor rows, int[] kept)
    {
        var x = _x.AsSpan(0, part.WidthOf(model.Transformer));
        foreach (var row in kept)
        {
            part.Read(rows.Row<float>(row), x);
            for (var i = 0; i < x.Length; i++) _sums[start + i] += x[i];
        }
    }
}
