using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Losses of the model with its activations replaced at the positions that count: by the reconstruction, by zero, by the mean.</summary>
/// <remarks>A loss counts at a position that counts itself and has a next token in its window.</remarks>
internal sealed class SpliceScores(LanguageModel model, ActivationView view, Func<Tensor, Tensor> reconstruct, Tensor mean)
{
    private readonly int? _blockAfter = BlockAfter(view.Hook);
    private readonly double[] _loss = new double[4];
    private readonly double[] _divergence = new double[4];
    private long _positions;

    /// <summary>What stands in place of an activation.</summary>
    public enum Splice { Original, Reconstruction, Zero, Mean }

    /// <summary>Mean next-token loss, nats; null without positions.</summary>
    public double? Loss(Splice splice) => _positions > 0 ? _loss[(int)splice] / _positions : null;

    /// <summary>Mean KL(original ‖ spliced), nats; null without positions.</summary>
    public double? Divergence(Splice splice) => _positions > 0 ? _divergence[(int)splice] / _positions : null;

    /// <summary>Adds a batch of windows: one run as it is, then one for each replacement.</summary>
    public void Add(IReadOnlyList<Window> windows)
    {
        var batch = TokenBatch.Of([.. windows.Select(window => window.Ids)]);
        var kept = Harvester.KeptRows(windows);
        var (rows, targets) = Predictions(windows);
        var x = Tensor.Zeros(DType.F32, kept.Length, mean.Columns);                                       // x    [kept, dIn]
        var stream = _blockAfter is null ? null : Tensor.Zeros(DType.F32, batch.Rows, mean.Columns);      // h    [rows, dModel]
        var edited = stream is null ? null : Tensor.Zeros(DType.F32, batch.Rows, model.Transformer.Spec.DVocab); // one buffer for all splices
        var original = Normalised(model.Transformer.Run(batch, new HookSet().Read(view.Hook, value =>
        {
            Move(value, kept, x, into: false);
            if (stream is not null) value.CopyTo(stream);
        }), LogitRows.All)!);
        var spliced = reconstruct(x);                                                                     // x̂    [kept, dIn]
        _positions += rows.Length;
        _loss[0] += LogitLoss.CrossEntropy(original, rows, targets);
        foreach (var splice in (ReadOnlySpan<Splice>)[Splice.Reconstruction, Splice.Zero, Splice.Mean])
        {
            if (splice == Splice.Zero) spliced.Clear();
            if (splice == Splice.Mean) for (var i = 0; i < kept.Length; i++) mean.Row<float>(0).CopyTo(spliced.Row<float>(i));
            var logits = Normalised(Spliced(batch, stream, kept, spliced, edited));                       // [rows, dVocab]
            _loss[(int)splice] += LogitLoss.CrossEntropy(logits, rows, targets);
            _divergence[(int)splice] += LogitLoss.Divergence(original, logits, rows);
            if (edited is null) logits.Free();
        }
        stream?.Free();
        edited?.Free();
        original.Free();
        spliced.Free();
        x.Free();
    }

    /// <summary>Logits with <paramref name="x"/> in place. In the residual stream only the blocks after the hook run again.</summary>
    private Tensor Spliced(TokenBatch batch, Tensor? stream, int[] kept, Tensor x, Tensor? into)
    {
        if (stream is null) return model.Transformer.Run(batch, new HookSet().Edit(view.Hook, (Tensor value) => Move(value, kept, x, into: true)), LogitRows.All)!;
        Move(stream, kept, x, into: true);
        return model.Transformer.RunFrom(batch, _blockAfter!.Value, stream, LogitRows.All, into)!;
    }

    private static Tensor Normalised(Tensor logits)
    {
        LogitLoss.Normalise(logits);
        return logits;
    }

    /// <summary>The first block that reads what stands at a residual-stream hook; null for hooks elsewhere.</summary>
    private static int? BlockAfter(string hook)
    {
        if (hook.Split('.') is not ["blocks", var number, "hook_resid_pre" or "hook_resid_post"]) return null;
        var layer = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
        return hook.EndsWith("post", StringComparison.Ordinal) ? layer + 1 : layer;
    }

    /// <summary>Copies the rows that count out of the hook's value, or into it.</summary>
    private void Move(Tensor value, int[] kept, Tensor x, bool into)
    {
        var rows = value.Reshape((int)(value.Count / x.Columns), x.Columns);
        for (var i = 0; i < kept.Length; i++)
        {
            if (into) view.Write(x.Row<float>(i), rows.Row<float>(kept[i]));
            else view.Read(rows.Row<float>(kept[i]), x.Row<float>(i));
        }
    }

    private static (int[] Rows, int[] Targets) Predictions(IReadOnlyList<Window> windows)
    {
        var (rows, targets, start) = (new List<int>(), new List<int>(), 0);
        foreach (var window in windows)
        {
            foreach (var position in window.Kept.Where(position => position + 1 < window.Ids.Length))
            {
                rows.Add(start + position);
                targets.Add(window.Ids[position + 1]);
            }
            start += window.Ids.Length;
        }
        return ([.. rows], [.. targets]);
    }
}
