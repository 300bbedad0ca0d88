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
        new(weights, $"{name}.down", ("dMlp", width), ("dModel", dModel))) { }

    /// <summary>All experts of a layer, in one of the two ways that checkpoints have: each by itself, or all stacked with gate and up columns alternating (gpt-oss).</summary>
    public static Expert[] All(ModelWeights weights, Mlp.Experts mlp, string name, int dModel)
    {
        var experts = new Expert[mlp.Count];
        if (weights.TryTake($"{name}.gate_up.weight", ("experts", mlp.Count), ("dModel", dModel), ("2*dMlp", 2 * mlp.DMlp)) is not { } gateUp)
        {
            for (var i = 0; i < experts.Length; i++) experts[i] = new(weights, mlp, $"{name}.{i}", dModel, mlp.DMlp);
            return experts;
        }
        var gateUpBias = weights.TryTake($"{name}.gate_up.bias", ("experts", mlp.Count), ("2*dMlp", 2 * mlp.DMlp));
        var down = weights.Take($"{name}.down.weight", ("experts", mlp.Count), ("dMlp", mlp.DMlp), ("dModel", dModel));
        var downBias = weights.TryTake($"{name}.down.bias", ("experts", mlp.Count), ("dModel", dModel));
        var (gates, ups) = (Stored.Transposed.Blocks(0, 1, 2, mlp.DMlp), Stored.Transposed.Blocks(1, 1, 2, mlp.DMlp));
        for (var i = 0; i < experts.Length; i++)
        {
            Linear Part(StoredWeight weight, StoredWeight? bias, Stored stored) => new(weight.Slice(i, stored), bias?.Slice(i, stored), weights.ComputeType);
            experts[i] = new(mlp, mlp.DMlp, Part(gateUp, gateUpBias, gates), Part(gateUp, gateUpBias, ups), Part(down, downBias, Stored.Transposed));
        }
        return experts;
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
