using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>The sparse text models of Qwen 3.5: <c>Qwen3_5MoeForCausalLM</c>.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/qwen3_5_moe/modeling_qwen3_5_moe.py</c>. Quirks beside those of <see cref="Qwen35"/>: every layer has experts, whose weights
/// are always renormalised, and a shared one behind a gate.
/// </remarks>
[TransformerFamily("qwen3_5_moe_text")]
public sealed class Qwen35Moe : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf) => Qwen35.Describe(hf, new Mlp.Experts(hf.Count("moe_intermediate_size"), HfKeys.Activation(hf), HfExperts.Count(hf), HfExperts.Chosen(hf))
    {
        DShared = hf.Count("shared_expert_intermediate_size"),
    });

    public override WeightTable Weights(HfConfig hf)
    {
        var (table, experts) = (Shared(hf), HfExperts.Count(hf));
        table.Add("model.layers.{i}.mlp.experts.{j}.gate_proj.weight", "blocks.{i}.mlp.experts.{j}.gate.weight", experts);
        table.Add("model.layers.{i}.mlp.experts.{j}.up_proj.weight", "blocks.{i}.mlp.experts.{j}.up.weight", experts);
        table.Add("model.layers.{i}.mlp.experts.{j}.down_proj.weight", "blocks.{i}.mlp.experts.{j}.down.weight", experts);
        return table;
    }

    /// <summary>All rows but those of the experts that a router chooses.</summary>
    internal static WeightTable Shared(HfConfig hf)
    {
        var table = Qwen35.Mixing(hf);
        table.Add("model.layers.{i}.mlp.gate.weight", "blocks.{i}.mlp.router.weight");
        table.Add("model.layers.{i}.mlp.shared_expert.gate_proj.weight", "blocks.{i}.mlp.shared.gate.weight");
        table.Add("model.layers.{i}.mlp.shared_expert.up_proj.weight", "blocks.{i}.mlp.shared.up.weight");
        table.Add("model.layers.{i}.mlp.shared_expert.down_proj.weight", "blocks.{i}.mlp.shared.down.weight");
        table.Add("model.layers.{i}.mlp.shared_expert_gate.weight", "blocks.{i}.mlp.shared_gate.weight");
        return table;
    }
}
