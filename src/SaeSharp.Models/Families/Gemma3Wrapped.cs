using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>Gemma 3 with eyes, read as the text model inside it: <c>Gemma3ForConditionalGeneration</c>. Pictures cannot be shown to it.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/gemma3/modeling_gemma3.py</c>. Quirks beside those of <see cref="Gemma3"/>: settings stand under <c>text_config</c>, and those
/// that are what the class has by default are left out; tensors have a prefix, which transformers 5 moved.
/// </remarks>
[TransformerFamily("gemma3")]
public sealed class Gemma3Wrapped : TransformerFamily
{
    private static readonly Gemma3 Inner = new();

    private static readonly HfConfig Defaults = HfConfig.Parse("""
        {
          "vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
          "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 131072, "rms_norm_eps": 1e-6, "query_pre_attn_scalar": 256, "sliding_window": 4096
        }
        """, "the defaults of gemma3");

    public override TransformerSpec Describe(HfConfig hf) => Inner.Describe(Text(hf)) with { EosIds = hf.Ids("eos_token_id", "text_config.eos_token_id") };

    public override WeightTable Weights(HfConfig hf)
    {
        var table = Inner.Weights(Text(hf)).Under("model.", "language_model.model.", "model.language_model.");
        foreach (var part in (string[])["vision_tower.*", "multi_modal_projector.*", "model.vision_tower.*", "model.multi_modal_projector.*"]) table.Add(part, WeightTable.Nothing);
        return table;
    }

    private static HfConfig Text(HfConfig hf) => (hf.OptionalSection("text_config") ?? hf).Or(Defaults);
}
