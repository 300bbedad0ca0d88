using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>Chooses the experts of each row: the k largest of a softmax over the router's logits.</summary>
internal sealed class SoftmaxRouter : Router
{
    private readonly Mlp.Experts _mlp;
    private readonly Linear _logits;
    private readonly HookPoint _hookLogits, _hookIndices, _hookWeights;

    /// <summary>Takes <c>{name}.router</c>.</summary>
    public SoftmaxRouter(ModelWeights weights, HookList hooks, Mlp.Experts mlp, string name, int dModel)
    {
        _mlp = mlp;
        _logits = new(weights, $"{name}.router", ("dModel", dModel), ("experts", mlp.Count));
        _hookLogits = hooks.Add($"{name}.hook_router_logits", mlp.Count);
        _hookIndices = hooks.Add($"{name}.hook_expert_indices", mlp.Chosen);
        _hookWeights = hooks.Add($"{name}.hook_expert_weights", mlp.Chosen);
    }

    public override ExpertChoice? Choose(Pass pass, Tensor x)
    {
        var logits = pass.Take(Slot.RouterLogits, pass.Rows, _mlp.Count);           // [rows, experts]
        var shares = pass.Take(Slot.RouterShares, pass.Rows, _mlp.Count);           // [rows, experts]
        var indices = pass.Take(Slot.ExpertIndices, pass.Rows, _mlp.Chosen);        // [rows, k]
        var weights = pass.Take(Slot.ExpertWeights, pass.Rows, _mlp.Chosen);        // [rows, k]
        _logits.Forward(pass.Backend, x, logits);
        if (pass.Ends(_hookLogits, logits)) return null;
        pass.Backend.Softmax(logits, shares);
        for (var row = 0; row < pass.Rows; row++) Choose(shares, indices, weights, row);
        if (pass.Ends(_hookIndices, indices) || pass.Ends(_hookWeights, weights)) return null;
        return new(pass, indices, weights, _mlp.Count);
    }

    /// <summary>The k largest shares of a row, best first; of equal ones the first.</summary>
    private void Choose(Tensor shares, Tensor indices, Tensor weights, int row)
    {
        var (from, to) = ((long)row * _mlp.Count, (long)row * _mlp.Chosen);
        var sum = 0.0;
        for (var rank = 0; rank < _mlp.Chosen; rank++)
        {
            var best = -1;
            for (var expert = 0; expert < _mlp.Count; expert++)
                if ((best < 0 || shares.Read(from + expert) > shares.Read(from + best)) && !IsTaken(indices, to, rank, expert)) best = expert;
            indices.Write(to + rank, best);
            weights.Write(to + rank, shares.Read(from + best));
            sum += shares.Read(from + best);
        }
        for (var rank = 0; _mlp.Renormalised && rank < _mlp.Chosen; rank++) weights.Write(to + rank, weights.Read(to + rank) / sum);
    }

    private static bool IsTaken(Tensor indices, long start, int count, int expert)
    {
        for (var rank = 0; rank < count; rank++)
            if (indices.Read(start + rank) == expert) return true;
        return false;
    }
}
