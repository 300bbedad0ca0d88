using System.Collections.Concurrent;
using System.Numerics.Tensors;
using SaeSharp.Lab.Library;
using SaeSharp.Models.Branches;

namespace SaeSharp.Lab.Indexing;

/// <summary>Says along which neurons and heads of one model decoder rows stand. What heads span is worked out once.</summary>
internal sealed class DecoderAttribution(LanguageModel model)
{
    private const int NeuronsAtATime = 512;
    private readonly ConcurrentDictionary<(BranchOutput Branch, bool Centred), HeadSpaces> _spaces = new();
    private readonly Dictionary<string, int> _order = model.Transformer.HookNames.Index().ToDictionary(entry => entry.Item, entry => entry.Index);

    /// <summary>The attribution of a feature's decoder row, with up to <paramref name="top"/> entries in each list.</summary>
    public Attribution Of(LoadedSae sae, int feature, int top)
    {
        var (row, hook) = (sae.UnitDirection(feature), sae.WrittenHook);
        var result = new Attribution { Hook = hook, Coordinates = Coordinates(row, top), Neurons = [], NeuronsCompared = 0, Heads = [], HeadsCompared = 0 };
        if (sae.Sae.Config.HooksOut is { Count: > 1 } several) return result with { Reason = $"the feature is written to {several.Count} hook points at once" };
        if (sae.DecoderNorm(feature) == 0) return result with { Reason = "the decoder row is zero" };
        var view = sae.WrittenViewOf(model).Parts[0];
        if (hook.EndsWith(".attn.hook_z", StringComparison.Ordinal)) return OfHeadOutputs(result, row, view);
        if (!HookLayer.IsInStream(hook)) return result with { Reason = $"{hook} is not the residual stream, nor added to it, nor the output of heads" };
        if (model.Transformer.Branches.Count == 0) return result with { Reason = "the norms of this model stand in the stream itself, so nothing is simply added to it" };

        BranchOutput[] branches = [.. model.Transformer.Branches.Where(branch => Reaches(branch, view.Hook))];
        var direction = StreamDirection.Of(row, view.Centred);
        if (TensorPrimitives.Norm<double>(direction) is var length && !(length > 0)) return result with { Reason = "the decoder row is zero but for its mean, which the SAE does not read" };
        for (var i = 0; i < direction.Length; i++) direction[i] /= length;
        var (neurons, compared) = Neurons([.. branches.Where(branch => branch.HeadWidth is null)], direction, view.Centred, top);
        var heads = Heads([.. branches.Where(branch => branch.HeadWidth is not null)], direction, view.Centred);
        return result with
        {
            Neurons = neurons, NeuronsCompared = compared, Heads = [.. heads.OrderByDescending(head => head.Share).ThenBy(head => head.Layer).ThenBy(head => head.Head).Take(top)], HeadsCompared = heads.Count,
            Reason = compared > 0 && heads.Count > 0 ? null : $"no {(compared > 0 ? "head" : heads.Count > 0 ? "MLP" : "head or MLP")} adds to {hook}",
        };
    }

    private static RowCoordinate[] Coordinates(float[] row, int top)
    {
        var l1 = row.Sum(value => Math.Abs((double)value));
        return [.. row.Index().OrderByDescending(entry => Math.Abs(entry.Item)).ThenBy(entry => entry.Index).Take(top).Select(entry => new RowCoordinate(entry.Index, entry.Item, l1 > 0 ? Math.Abs(entry.Item) / l1 : 0))];
    }

    /// <summary>Whether what a branch adds is in the value at a hook: it is the value, or it was added to the stream before.</summary>
    private bool Reaches(BranchOutput branch, string hook) => hook.Contains("hook_resid_", StringComparison.Ordinal) ? _order[branch.Hook] < _order[hook] : branch.Hook == hook;

    private static (IReadOnlyList<AlignedNeuron> Best, int Compared) Neurons(BranchOutput[] branches, double[] direction, bool centred, int top)
    {
        (BranchOutput Branch, int First)[] stretches = [.. branches.SelectMany(branch => Enumerable.Range(0, (branch.Inputs + NeuronsAtATime - 1) / NeuronsAtATime).Select(i => (branch, i * NeuronsAtATime)))];
        var found = new AlignedNeuron[stretches.Length][];
        Parallel.For(0, stretches.Length, i =>
        {
            var (branch, first) = stretches[i];
            var directions = branch.Directions(first, Math.Min(NeuronsAtATime, branch.Inputs - first));   // [neurons, dModel]
            found[i] = Best(Enumerable.Range(0, directions.RowCount).Select(neuron =>
                new AlignedNeuron(branch.Layer, branch.Expert, first + neuron, Cosine(StreamDirection.Of(directions.Row<float>(neuron), centred), direction))), top);
            directions.Free();
        });
        return (Best(found.SelectMany(part => part), top), branches.Sum(branch => branch.Inputs));
    }

    /// <summary>The largest by size; of equal ones the first.</summary>
    private static AlignedNeuron[] Best(IEnumerable<AlignedNeuron> neurons, int top) => [.. neurons.OrderByDescending(neuron => Math.Abs(neuron.Cosine)).Take(top)];

    private static double Cosine(double[] row, double[] unit) => TensorPrimitives.Norm<double>(row) is > 0 and var norm ? Math.Clamp(TensorPrimitives.Dot<double>(row, unit) / norm, -1, 1) : 0;

    private List<HeadShare> Heads(BranchOutput[] branches, double[] direction, bool centred)
    {
        var heads = new List<HeadShare>();
        foreach (var branch in branches)
        {
            var spaces = _spaces.GetOrAdd((branch, centred), key => new(key.Branch, key.Centred));
            foreach (var (head, share) in spaces.Shares(direction).Index()) heads.Add(new(branch.Layer, head, share, (double)spaces.Rank(head) / (direction.Length - (centred ? 1 : 0))));
        }
        return heads;
    }

    /// <summary>At hook_z a row is the heads' numbers one after another.</summary>
    private Attribution OfHeadOutputs(Attribution result, float[] row, ActivationView view)
    {
        var layer = HookLayer.Of(view.Hook)!.Value;
        var width = view.Head?.Width ?? (model.Transformer.Spec.Mixer[layer] is Models.Mixer.Latent latent ? latent.DValue : model.Transformer.Spec.Attention.DHead);
        double[] lengths = [.. row.Chunk(width).Select(part => Math.Sqrt(part.Sum(value => (double)value * value)))];
        var (squares, sum) = (lengths.Sum(length => length * length), lengths.Sum());
        return result with
        {
            Heads = [.. lengths.Select((length, i) => new HeadShare(layer, view.Head?.Index ?? i, length * length / squares, 1.0 / lengths.Length, length / sum))], HeadsCompared = lengths.Length,
            Reason = "a row at hook_z is made of heads, and no MLP adds to it",
        };
    }
}
