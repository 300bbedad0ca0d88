using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Harvesting;

/// <summary>Runs a model over windows and hands out the activations of the tokens that count, hook by hook, as SAEs read them.</summary>
/// <param name="model">The model.</param>
/// <param name="views">What to read; the model stops after the last.</param>
/// <param name="rows">Tokens a batch, about.</param>
internal sealed class Harvester(LanguageModel model, IReadOnlyList<ActivationView> views, int rows)
{
    public const int DefaultRows = 4096;

    /// <summary>Calls <paramref name="take"/> for each batch, in order.</summary>
    public void Run(IEnumerable<Window> windows, Action<HarvestedBatch> take, CancellationToken cancel)
    {
        foreach (var batch in Corpus.Batches(windows, rows))
        {
            cancel.ThrowIfCancellationRequested();
            var harvested = Run(batch);
            try
            {
                take(harvested);
            }
            finally
            {
                harvested.Dispose();
            }
        }
    }

    /// <summary>The activations of one batch; free it after use.</summary>
    public HarvestedBatch Run(IReadOnlyList<Window> windows)
    {
        var kept = KeptRows(windows);
        var activations = new Dictionary<ActivationView, Tensor>();
        var reads = new HookSet();
        foreach (var view in views)
        {
            activations[view] = Tensor.Zeros(DType.F32, kept.Length, view.WidthOf(model.Transformer)); // x   [kept, dIn]
            reads.Read(view.Hook, value => Gather(view, value, kept, activations[view], windows));
        }
        model.Transformer.Run(TokenBatch.Of([.. windows.Select(window => window.Ids)]), reads, LogitRows.None);
        return new(windows, kept, activations);
    }

    /// <summary>Rows of a batch that count.</summary>
    public static int[] KeptRows(IReadOnlyList<Window> windows)
    {
        var (kept, start) = (new List<int>(), 0);
        foreach (var window in windows)
        {
            foreach (var position in window.Kept) kept.Add(start + position);
            start += window.Ids.Length;
        }
        return [.. kept];
    }

    private static void Gather(ActivationView view, Tensor value, int[] kept, Tensor target, IReadOnlyList<Window> windows)
    {
        var rows = windows.Sum(window => window.Ids.Length);
        var source = value.Reshape(rows, (int)(value.Count / rows));
        for (var i = 0; i < kept.Length; i++)
        {
            var row = source.Row<float>(kept[i]);
            if (!TensorPrimitives.IsFiniteAll<float>(row)) throw LabException.NotFinite(view.Hook, $"documents {windows[0].Document} to {windows[^1].Document}");
            view.Read(row, target.Row<float>(i));
        }
    }
}

/// <summary>Activations of one batch of windows.</summary>
/// <param name="Windows">The windows, in order.</param>
/// <param name="KeptRows">Rows that count among all tokens of the batch.</param>
/// <param name="Activations">By view, [kept, dIn].</param>
internal sealed record HarvestedBatch(IReadOnlyList<Window> Windows, int[] KeptRows, IReadOnlyDictionary<ActivationView, Tensor> Activations) : IDisposable
{
    private readonly List<Tensor> _joined = [];

    /// <summary>The rows of a view, [kept, width]; valid as long as the batch.</summary>
    public Tensor Of(JoinedView view)
    {
        var x = view.Join(part => Activations[part]);
        if (view.Parts.Count > 1) _joined.Add(x);
        return x;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var tensor in Activations.Values.Concat(_joined)) tensor.Free();
    }
}
