using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>One of many gated MLPs: down(activation(gate(x)) ⊙ up(x)), or with a clamp in place of the activation.</summary>
internal sealed class Expert
{
    private readonly Mlp.Experts _mlp;
    private readonly int _width;
    private readonly Linear _gate, _up, _down;

    private Expert(Mlp.Experts mlp, int width, Linear gate, Linear up, Linear down) => (_mlp, _width, _gate, _up, _down) = (mlp, width, gate, up, down);

    /// <summary>Takes <c>{name}.gate</c>, <c>{name}.up</c> and <c>{name}.down</c>.</summary>
    public Expert(ModelWeights weights, Mlp.Experts mlp, string name, int dModel, int width) : this(
        mlp, width, new(weights, $"{name}.gate", ("dModel", dModel), ("dMlp", width)), new(weights, $"{name}.up", ("dModel", dModel), ("dMlp", width)),
        new(weights, $"{name}.down", ("dMlp", width), ("dModel", dModel)))
    { }

    /// <summary>All experts of a layer, in one of the ways that checkpoints have: each by itself, all stacked with gate and up columns alternating (gpt-oss), or stacked with all gate rows first (Qwen 3.5).</summary>
    public static Expert[] All(ModelWeights weights, Mlp.Experts mlp, string name, int dModel)
    {
        var (count, dMlp) = (("experts", mlp.Count), ("dMlp", mlp.DMlp));
        if (weights.TryTake($"{name}.gate_up.weight", count, ("dModel", dModel), ("2*dMlp", 2 * mlp.DMlp)) is { } alternating)
        {
            var gateUpBias = weights.TryTake($"{name}.gate_up.bias", count, ("2*dMlp", 2 * mlp.DMlp));
            var down = weights.Take($"{name}.down.weight", count, dMlp, ("dModel", dModel));
            var downBias = weights.TryTake($"{name}.down.bias", count, ("dModel", dModel));
            var (gates, ups) = (Stored.Transposed.Blocks(0, 1, 2, mlp.DMlp), Stored.Transposed.Blocks(1, 1, 2, mlp.DMlp));
            return Each(i => new(mlp, mlp.DMlp, Part(i, alternating, gateUpBias, gates), Part(i, alternating, gateUpBias, ups), Part(i, down, downBias, Stored.Transposed)));
        }
        if (weights.TryTake($"{name}.gate_then_up.weight", count, ("2*dMlp", 2 * mlp.DMlp), ("dModel", dModel)) is { } halves)
        {
            var down = weights.Take($"{name}.down.weight", count, ("dModel", dModel), dMlp);
            var (gates, ups) = (Stored.Whole.Part(0, mlp.DMlp), Stored.Whole.Part(mlp.DMlp, mlp.DMlp));
            return Each(i => new(mlp, mlp.DMlp, Part(i, halves, null, gates), Part(i, halves, null, ups), Part(i, down, null, Stored.Whole)));
        }
        return Each(i => new(weights, mlp, $"{name}.{i}", dModel, mlp.DMlp));

        Expert[] Each(Func<int, Expert> make) => [.. Enumerable.Range(0, mlp.Count).Select(make)];
        Linear Part(int expert, StoredWeight weight, StoredWeight? bias, Stored stored) => new(weight.Slice(expert, stored), bias?.Slice(expert, stored), weights.ComputeType);
    }

    /// <summary>[n, dModel] → [n, dModel].</summary>
    public void Forward(Pass pass, Tensor x, Tensor y)
    {
        var hidden = pass.Take(Slot.Hidden, x.RowCount, _width);                    // [n, dMlp]
        var linear = pass.Take(Slot.Linear, x.RowCount, _width);                    // [n, dMlp]
        _gate.Forward(pass.Backend, x, hidden);
        _up.Forward(pass.Backend, x, linear);
        if (_mlp.Clamp is { } clamp) pass.Backend.ClampedGlu(hidden, linear, clamp.Alpha, clamp.Limit, hidden);
        else
        {
            pass.Backend.Activate(_mlp.Activation, hidden, hidden);
            pass.Backend.Multiply(hidden, linear, hidden);
        }
        _down.Forward(pass.Backend, hidden, y);
    }
}
