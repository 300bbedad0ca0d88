using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Probing;

/// <summary>Each text as one row of latents and one of activations, pooled over its tokens but BOS. Latents are coefficients: in units of a decoder row of length 1.</summary>
internal sealed class PooledTexts
{
    private readonly Pooling _pooling;
    private readonly double[] _sums, _dense;

    private PooledTexts(LoadedSae sae, Pooling pooling)
    {
        _pooling = pooling;
        (_sums, _dense) = (new double[sae.DSae], new double[sae.Sae.DIn]);
        (Latents, Activations) = (new(sae.DSae), new(sae.Sae.DIn));
    }

    /// <summary>[texts, dSae].</summary>
    public ProbeRows Latents { get; }

    /// <summary>[texts, dIn].</summary>
    public ProbeRows Activations { get; }

    /// <summary>Runs the model over the windows, one a text.</summary>
    public static PooledTexts Of(LoadedSae sae, LanguageModel model, IReadOnlyList<Window> windows, Pooling pooling, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (pooled, view) = (new PooledTexts(sae, pooling), sae.ViewOf(model));
        var (meter, done) = (new ProgressMeter(progress, "reading", windows.Count, "texts"), 0L);
        new Harvester(model, [.. view.Parts.Distinct()], Harvester.DefaultRows).Run(windows, batch =>
        {
            var x = batch.Of(view);                                                                       // x    [kept, dIn]
            var codes = sae.Encode(x);
            var start = 0;
            foreach (var window in batch.Windows)
            {
                pooled.AddLatents(codes, start, window.Kept.Length);
                pooled.AddActivations(x, start, window.Kept.Length);
                start += window.Kept.Length;
            }
            meter.Report(done += batch.Windows.Count);
        }, cancel);
        return pooled;
    }

    private void AddLatents(Saes.SparseCodes codes, int start, int count)
    {
        Array.Clear(_sums);
        for (var row = _pooling == Pooling.Last ? start + count - 1 : start; row < start + count; row++)
        {
            ReadOnlySpan<int> indices = codes.RowIndices(row);
            ReadOnlySpan<float> values = codes.RowValues(row);
            for (var i = 0; i < indices.Length; i++)
                _sums[indices[i]] = _pooling == Pooling.Max ? Math.Max(_sums[indices[i]], values[i]) : _sums[indices[i]] + values[i]; // a latent that does not fire is 0
        }
        Finish(_sums, count);
        Latents.Add(_sums);
    }

    private void AddActivations(Tensor x, int start, int count)
    {
        Array.Fill(_dense, _pooling == Pooling.Max ? double.NegativeInfinity : 0);
        for (var row = _pooling == Pooling.Last ? start + count - 1 : start; row < start + count; row++)
        {
            var values = x.Row<float>(row);
            for (var i = 0; i < values.Length; i++) _dense[i] = _pooling == Pooling.Max ? Math.Max(_dense[i], values[i]) : _dense[i] + values[i];
        }
        Finish(_dense, count);
        Activations.Add(_dense);
    }

    private void Finish(double[] row, int count)
    {
        if (_pooling != Pooling.Mean) return;
        for (var i = 0; i < row.Length; i++) row[i] /= count;
    }
}
