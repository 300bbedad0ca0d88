using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Chooses groups by their two best experts, then the k best experts of these groups; scores are sigmoids of the router's logits, which a correction helps or hinders in the choice alone.</summary>
/// <remarks>Mirrors <c>DeepseekV3TopkRouter</c> of huggingface/transformers. Hook beside those of other routers: <c>mlp.hook_router_choice</c>, score and correction; edits of it are followed.</remarks>
internal sealed class GroupedRouter : Router
{
    /// <summary>Beside the sum that weights are divided by.</summary>
    private const double Tiny = 1e-20;

    private readonly Mlp.Experts _mlp;
    private readonly GroupedChoice _groups;
    private readonly Linear _logits;
    private readonly Tensor _correction;
    private readonly HookPoint _hookLogits, _hookChoice, _hookIndices, _hookWeights;

    /// <summary>Takes <c>{name}.router</c> and <c>{name}.router.correction</c>.</summary>
    public GroupedRouter(ModelWeights weights, HookList hooks, Mlp.Experts mlp, GroupedChoice groups, string name, int dModel)
    {
        (_mlp, _groups) = (mlp, groups);
        _logits = new(weights, $"{name}.router", ("dModel", dModel), ("experts", mlp.Count));
        _correction = weights.Take($"{name}.router.correction", ("experts", mlp.Count)).Read(weights.ComputeType);
        _hookLogits = hooks.Add($"{name}.hook_router_logits", mlp.Count);
        _hookChoice = hooks.Add($"{name}.hook_router_choice", mlp.Count);
        _hookIndices = hooks.Add($"{name}.hook_expert_indices", mlp.Chosen);
        _hookWeights = hooks.Add($"{name}.hook_expert_weights", mlp.Chosen);
    }

    public override ExpertChoice? Choose(Pass pass, Tensor x)
    {
        var scores = pass.Take(Slot.RouterLogits, pass.Rows, _mlp.Count);           // [rows, experts]
        var choice = pass.Take(Slot.RouterShares, pass.Rows, _mlp.Count);           // [rows, experts]
        var indices = pass.Take(Slot.ExpertIndices, pass.Rows, _mlp.Chosen);        // [rows, k]
        var weights = pass.Take(Slot.ExpertWeights, pass.Rows, _mlp.Chosen);        // [rows, k]
        _logits.Forward(pass.Backend, x, scores);
        if (pass.Ends(_hookLogits, scores)) return null;
        pass.Backend.Activate(Activation.Sigmoid, scores, scores);
        pass.Backend.AddRow(scores, _correction, choice);
        if (pass.Ends(_hookChoice, choice)) return null;
        var candidates = new double[_mlp.Count];
        for (var row = 0; row < pass.Rows; row++)
        {
            for (var expert = 0; expert < candidates.Length; expert++) candidates[expert] = choice.Read((long)row * _mlp.Count + expert);
            KeepBestGroups(candidates);
            Weigh(candidates, scores, indices, weights, row);
        }
        if (pass.Ends(_hookIndices, indices) || pass.Ends(_hookWeights, weights)) return null;
        return new(pass, indices, weights, _mlp.Count);
    }

    /// <summary>Takes the experts of all other groups out of the choice.</summary>
    private void KeepBestGroups(double[] candidates)
    {
        var size = _mlp.Count / _groups.Count;
        var sums = new double[_groups.Count];
        for (var group = 0; group < sums.Length; group++) sums[group] = candidates.AsSpan(group * size, size).ToArray().OrderDescending().Take(2).Sum();
        var kept = Enumerable.Range(0, sums.Length).OrderByDescending(group => sums[group]).Take(_groups.Kept).ToHashSet();
        for (var expert = 0; expert < candidates.Length; expert++)
            if (!kept.Contains(expert / size)) candidates[expert] = double.NegativeInfinity;
    }

    /// <summary>The k best candidates of a row by their weights, best first; of equal ones the first.</summary>
    private void Weigh(double[] candidates, Tensor scores, Tensor indices, Tensor weights, int row)
    {
        var (from, to) = ((long)row * _mlp.Count, (long)row * _mlp.Chosen);
        int[] chosen = [.. Enumerable.Range(0, candidates.Length).OrderByDescending(expert => candidates[expert]).Take(_mlp.Chosen).OrderByDescending(expert => scores.Read(from + expert))];
        var sum = _mlp.Renormalised ? chosen.Sum(expert => scores.Read(from + expert)) + Tiny : 1;
        for (var rank = 0; rank < chosen.Length; rank++)
        {
            indices.Write(to + rank, chosen[rank]);
            weights.Write(to + rank, scores.Read(from + chosen[rank]) / sum * _groups.Scale);
        }
    }
}
