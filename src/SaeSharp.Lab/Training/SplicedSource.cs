using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>Activations of the residual stream in the order of their texts, and what the model makes of others in their place: the loss of end-to-end training.</summary>
/// <remarks>
/// A batch is a stretch of the epoch's tokens, windows shuffled, so that batch t follows from its number; tokens of its first and last window that are not in it keep their activations. Losses
/// count every token with a next one. Braun et al. 2024, arXiv:2405.12241.
/// </remarks>
internal sealed class SplicedSource : ActivationSource
{
    private readonly LanguageModel _model;
    private readonly DifferentiableTransformer _net;
    private readonly Corpus _corpus;
    private readonly int[] _counts;
    private readonly string _hook;
    private readonly int _block, _seed;
    private readonly TrainedLoss _loss;
    private EpochOrder? _order;
    private int _epoch = -1;
    private TrainingBatch _batch = new(1);
    private int[] _places = [];
    private Tensor? _stream, _spliced, _gradient, _original;

    /// <exception cref="OptionException">The hook is not the residual stream before or behind a block.</exception>
    public SplicedSource(LanguageModel model, DifferentiableTransformer net, Corpus corpus, string hook, int batch, int seed, TrainedLoss loss)
    {
        (_model, _net, _corpus, _hook, BatchSize, _seed, _loss) = (model, net, corpus, hook, batch, seed, loss);
        _counts = [.. corpus.Windows.Select(window => window.Kept.Length)];
        _block = hook.Split('.') switch
        {
            ["blocks", var layer, "hook_resid_pre"] => int.Parse(layer, System.Globalization.CultureInfo.InvariantCulture),
            ["blocks", var layer, "hook_resid_post"] => int.Parse(layer, System.Globalization.CultureInfo.InvariantCulture) + 1,
            _ => throw OptionException.Invalid($"--loss {loss.ToString().ToLowerInvariant()} trains through the model from {hook} on, which is not the residual stream between blocks.", "Name blocks.N.hook_resid_pre or blocks.N.hook_resid_post."),
        };
        if (corpus.KeptTokens < batch) throw OptionException.Invalid($"The texts have {corpus.KeptTokens} tokens, fewer than a batch of {batch}.", "Give more texts, or a smaller --batch.");
        Downstream = new Splice(this);
    }

    public override int DIn => _model.Transformer.Spec.DModel;

    public override int BatchSize { get; }

    public override long TokensPerEpoch => _corpus.KeptTokens;

    /// <summary>The loss behind the batch that was filled last.</summary>
    public DownstreamLoss Downstream { get; }

    public override void Fill(long batch, Tensor x, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var (epoch, start) = ((int)(batch / (TokensPerEpoch / BatchSize)), batch % (TokensPerEpoch / BatchSize) * BatchSize);
        if (_order is null || epoch != _epoch) (_order, _epoch) = (new(_counts, _seed, epoch), epoch);
        var (windows, places, rows) = (new List<Window>(), new List<int>(), 0);
        for (var place = _order.PlaceOf(start); places.Count < BatchSize; place++)
        {
            var window = _corpus.Windows[_order.Order[place]];
            var (from, to) = ((int)Math.Max(start - _order.Start(place), 0), (int)Math.Min(window.Kept.Length, start + BatchSize - _order.Start(place)));
            for (var kept = from; kept < to; kept++) places.Add(rows + window.Kept[kept]);
            windows.Add(window);
            rows += window.Ids.Length;
        }
        int[][] ids = [.. windows.Select(window => window.Ids)];
        (_batch, _places) = (TrainingBatch.Of(ids), [.. places]);
        var stream = Room(ref _stream, rows, DIn);                                                            // h [rows, dModel]
        _model.Transformer.Run(TokenBatch.Of(ids), new HookSet().Read(_hook, value => value.Reshape(rows, DIn).CopyTo(stream)), LogitRows.None);
        for (var i = 0; i < places.Count; i++) stream.Row<float>(places[i]).CopyTo(x.Row<float>(i));
        if (_loss == TrainedLoss.Kl) Probabilities(_net.ForwardFrom(_batch, _block, stream), Room(ref _original, rows, _net.Spec.DVocab));
    }

    public override double MeanNorm(long? tokens, CancellationToken cancel) => Mean(tokens, Math.Sqrt, cancel);

    public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => Mean(tokens, squares => squares, cancel);

    private double Mean(long? tokens, Func<double, double> of, CancellationToken cancel)
    {
        var (x, sum, batches) = (Tensor.Zeros(DType.F32, BatchSize, DIn), 0.0, Math.Max(1, (tokens ?? TokensPerEpoch) / BatchSize));
        for (var batch = 0L; batch < batches; batch++)
        {
            Fill(batch, x, cancel);
            for (var row = 0; row < BatchSize; row++) sum += of(Reading.LayerRun.Squares(x.Row<float>(row)));
        }
        return sum / batches / BatchSize;
    }

    private double Of(Tensor reconstruction, Tensor gradient)
    {
        var rows = _batch.Rows;
        Tensor spliced = Room(ref _spliced, rows, DIn), slopes = Room(ref _gradient, rows, DIn);              // [rows, dModel]
        _stream!.Rows(0, rows).CopyTo(spliced);
        for (var i = 0; i < _places.Length; i++) reconstruction.Row<float>(i).CopyTo(spliced.Row<float>(_places[i]));
        var loss = _loss == TrainedLoss.Ce ? _net.LossFrom(_batch, _block, spliced, 1.0 / _batch.Counted, slopes) / _batch.Counted : Divergence(spliced, slopes);
        for (var i = 0; i < _places.Length; i++) slopes.Row<float>(_places[i]).CopyTo(gradient.Row<float>(i));
        return loss;
    }

    /// <summary>Mean KL(original ‖ spliced) over the tokens with a next one, whose slope in the logits is softmax less the original's.</summary>
    private double Divergence(Tensor spliced, Tensor slopes)
    {
        var logits = _net.ForwardFrom(_batch, _block, spliced).Clone();                                       // [rows, dVocab]
        Probabilities(logits, logits);
        var (loss, weight) = (0.0, 1f / _batch.Counted);
        for (var row = 0; row < _batch.Rows; row++)
        {
            Span<float> q = logits.Row<float>(row), p = _original!.Row<float>(row);
            if (_batch.Targets[row] == TrainingBatch.NoTarget) q.Clear();
            else
            {
                for (var i = 0; i < q.Length; i++)
                {
                    if (p[i] > 0) loss += p[i] * (Math.Log(p[i]) - Math.Log(Math.Max(q[i], float.Epsilon)));
                    q[i] = (q[i] - p[i]) * weight;
                }
            }
        }
        _net.Backward(logits, slopes, parameters: false);
        logits.Free();
        return loss / _batch.Counted;
    }

    private static void Probabilities(Tensor logits, Tensor into)
    {
        for (var row = 0; row < logits.RowCount; row++) System.Numerics.Tensors.TensorPrimitives.SoftMax(logits.Row<float>(row), into.Row<float>(row));
    }

    /// <summary>The first rows of a buffer that grows.</summary>
    private static Tensor Room(ref Tensor? buffer, int rows, int columns)
    {
        if (buffer is null || buffer.RowCount < rows) buffer = Tensor.Zeros(DType.F32, rows, columns);
        return buffer.Rows(0, rows);
    }

    private sealed class Splice(SplicedSource owner) : DownstreamLoss
    {
        public override double Of(Tensor reconstruction, Tensor gradient) => owner.Of(reconstruction, gradient);
    }
}

/// <summary>What is trained for.</summary>
public enum TrainedLoss
{
    /// <summary>The squared error of the reconstruction.</summary>
    Mse,
    /// <summary>The model's next-token loss with the reconstruction in place.</summary>
    Ce,
    /// <summary>The divergence of the model's next-token distributions from those without it.</summary>
    Kl,
}
