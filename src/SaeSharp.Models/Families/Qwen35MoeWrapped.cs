using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>Sparse Qwen 3.5 with eyes, as published, read as the text model inside it: <c>Qwen3_5MoeForConditionalGeneration</c>. Pictures cannot be shown to it.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/qwen3_5_moe/modeling_qwen3_5_moe.py</c>. Quirks beside those of <see cref="Qwen35Moe"/> and <see cref="Qwen35Wrapped"/>: experts
/// are stacked [experts, outputs, inputs], all gate rows of one before its up rows.
/// </remarks>
[TransformerFamily("qwen3_5_moe")]
public sealed class Qwen35MoeWrapped : TransformerFamily
{
    private static readonly Qwen35Moe Inner = new();

    public override TransformerSpec Describe(HfConfig hf) => Inner.Describe(Qwen35Wrapped.Text(hf));

    public override WeightTable Weights(HfConfig hf)
    {
        var table = Qwen35Moe.Shared(Qwen35Wrapped.Text(hf));
        table.Add("model.layers.{i}.mlp.experts.gate_up_proj", "blocks.{i}.mlp.experts.gate_then_up.weight");
        table.Add("model.layers.{i}.mlp.experts.down_proj", "blocks.{i}.mlp.experts.down.weight");
        return Qwen35Wrapped.Wrapped(table);
    }
}
