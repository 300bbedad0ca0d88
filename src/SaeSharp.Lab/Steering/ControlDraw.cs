using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>Draws the pushes that a steering is compared with.</summary>
/// <remarks>One random control is no evidence, nor is a shorter push: several are drawn, each as long as what is added at its hook.</remarks>
internal sealed class ControlDraw(LanguageModel model, IReadOnlyList<ResolvedEdit> edits, Func<LoadedSae, FeatureStatistics?> statistics, int seed)
{
    /// <summary>The opposite, where something is added; then <paramref name="count"/> draws of features, and of directions where something is added.</summary>
    public IReadOnlyList<(ControlKind Kind, IReadOnlyList<ResolvedEdit> Edits)> Draw(int count)
    {
        var adds = edits.Any(edit => edit.Op == EditOp.Add && edit.Vector is not { Rank: 2 });
        var draws = Enumerable.Range(0, count);
        return
        [
            .. adds ? [(ControlKind.Opposite, [.. edits.Select(edit => edit.Op == EditOp.Add ? edit with { Coefficient = -edit.Coefficient } : edit)])] : (IEnumerable<(ControlKind, IReadOnlyList<ResolvedEdit>)>)[],
            .. edits.Any(edit => edit.Sae is not null) ? draws.Select(draw => (ControlKind.Feature, OtherFeatures(draw))) : [],
            .. adds ? draws.Select(draw => (ControlKind.Direction, (IReadOnlyList<ResolvedEdit>)Directions(draw))) : [],
        ];
    }

    private IReadOnlyList<ResolvedEdit> OtherFeatures(int draw)
    {
        var random = new SplitMix(SplitMix.Hash(seed, draw, 1));
        var taken = edits.Where(edit => edit.Sae is not null).Select(edit => (edit.Sae, edit.Feature)).ToHashSet();
        var others = new List<ResolvedEdit>();
        foreach (var edit in edits)
        {
            if (edit.Sae is not { } sae)
            {
                others.Add(edit);
                continue;
            }
            var known = statistics(sae);
            int[] free = [.. Enumerable.Range(0, sae.DSae).Where(feature => !taken.Contains((sae, feature)) && sae.DecoderNorm(feature) > 0 && (known is null || known.Fired[feature] > 0))];
            if (free.Length == 0) throw LabException.NothingToDo($"'{sae.Name}' has no other features to compare with", "Leave out --controls.");
            var feature = free[random.Below(free.Length)];
            taken.Add((sae, feature));
            others.Add(edit with { Feature = feature });
        }
        return [.. others.GroupBy(Place).SelectMany((group, place) => AsLongAs(Length(edits.GroupBy(Place).ElementAt(place)), [.. group]))];
    }

    private List<ResolvedEdit> Directions(int draw)
    {
        var random = new SplitMix(SplitMix.Hash(seed, draw, 2));
        var drawn = new List<ResolvedEdit>();
        foreach (var place in edits.Where(edit => edit.Op == EditOp.Add && edit.Vector is not { Rank: 2 }).GroupBy(Place))
        {
            var (width, head) = (model.Transformer.HookWidth(place.First().Hook), place.First().Sae?.WrittenViewOf(model).Parts[0].Head);
            var direction = Tensor.Zeros(DType.F32, width);                                               // v   [width]
            var part = direction.Span<float>().Slice(head?.Start ?? 0, head?.Width ?? width);
            for (var i = 0; i < part.Length; i++) part[i] = (float)Normal(ref random);
            var length = Math.Sqrt(part.ToArray().Sum(value => (double)value * value));
            drawn.Add(new(EditOp.Add, place.First().Hook, null, 0, direction, Length(place) / length, place.First().Positions, place.First().When));
        }
        return drawn;
    }

    /// <summary>What is added at one place: edits of one hook (or head), of the same positions and under the same condition.</summary>
    private (string, int?, EditPositions, ResolvedCondition?) Place(ResolvedEdit edit) => (edit.Hook, edit.Sae?.WrittenViewOf(model).Parts[0].Head?.Index, edit.Positions, edit.When);

    private static List<ResolvedEdit> AsLongAs(double length, List<ResolvedEdit> others)
    {
        var own = Length(others);
        return own > 0 ? [.. others.Select(edit => edit.Op == EditOp.Add && edit.Vector is not { Rank: 2 } ? edit with { Coefficient = edit.Coefficient * length / own } : edit)] : others;
    }

    /// <summary>‖Σ C·v‖ of what is added.</summary>
    public static double Length(IEnumerable<ResolvedEdit> added)
    {
        double[]? sum = null;
        foreach (var edit in added.Where(edit => edit.Op == EditOp.Add && edit.Vector is not { Rank: 2 }))
        {
            float[] v = edit.Sae?.UnitDirection(edit.Feature) ?? edit.Vector!.Span<float>().ToArray();
            sum ??= new double[v.Length];
            for (var i = 0; i < v.Length; i++) sum[i] += edit.Coefficient * v[i];
        }
        return Math.Sqrt(sum?.Sum(value => value * value) ?? 0);
    }

    /// <summary>A draw from the normal distribution (Box and Muller 1958).</summary>
    private static double Normal(ref SplitMix random)
    {
        const double unit = 1.0 / (1L << 53);
        double u = ((random.Next() >> 11) + 1) * unit, v = (random.Next() >> 11) * unit;
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
    }
}
