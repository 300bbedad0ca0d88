using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Qwen 1.5, 2 and 2.5, DeepSeek-R1-Distill-Qwen and other models of <c>Qwen2ForCausalLM</c>.</summary>
/// <remarks>
/// Yang et al. 2024, arXiv:2407.10671. Mirrors huggingface/transformers <c>models/qwen2/modeling_qwen2.py</c>.
/// Quirks: q, k and v have biases, no other layer has; <c>sliding_window</c> counts only where <c>use_sliding_window</c> is true, and from layer <c>max_window_layers</c> on.
/// </remarks>
[TransformerFamily("qwen2")]
public sealed class Qwen2 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        var windows = Windows(hf);
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new(layer => new AttentionSpec(shape.Scale, windows(layer))),
            Norm = new Norm.Rms(hf.Number("rms_norm_eps")),
            Positions = rotary,
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        return new("model.", "")
        {
            // in the checkpoint                                  in our model                where
            { "model.embed_tokens.weight",                        "embed.tokens",             !tied },
            { ["model.embed_tokens.weight", "lm_head.weight"],    "embed.tokens",             tied  },
            { "model.layers.{i}.input_layernorm.weight",          "blocks.{i}.norm1.gain"           },
            { "model.layers.{i}.self_attn.q_proj.weight",         "blocks.{i}.attn.q.weight"        },
            { "model.layers.{i}.self_attn.q_proj.bias",           "blocks.{i}.attn.q.bias"          },
            { "model.layers.{i}.self_attn.k_proj.weight",         "blocks.{i}.attn.k.weight"        },
            { "model.layers.{i}.self_attn.k_proj.bias",           "blocks.{i}.attn.k.bias"          },
            { "model.layers.{i}.self_attn.v_proj.weight",         "blocks.{i}.attn.v.weight"        },
            { "model.layers.{i}.self_attn.v_proj.bias",           "blocks.{i}.attn.v.bias"          },
            { "model.layers.{i}.self_attn.o_proj.weight",         "blocks.{i}.attn.out.weight"      },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",   WeightTable.Nothing               }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight", "blocks.{i}.norm2.gain"           },
            { "model.layers.{i}.mlp.gate_proj.weight",            "blocks.{i}.mlp.gate.weight"      },
            { "model.layers.{i}.mlp.up_proj.weight",              "blocks.{i}.mlp.up.weight"        },
            { "model.layers.{i}.mlp.down_proj.weight",            "blocks.{i}.mlp.down.weight"      },
            { "model.norm.weight",                                "final_norm.gain"                 },
            { "lm_head.weight",                                   "unembed.weight",           !tied },
        };
    }

    /// <summary>The windows of all Qwen families.</summary>
    internal static Func<int, int> Windows(HfConfig hf)
    {
        var window = hf.OptionalFlag("use_sliding_window") ?? false ? hf.OptionalCount("sliding_window") : null;
        var first = hf.OptionalNumber("max_window_layers") ?? 0;
        return HfKeys.Windows(hf, window, layer => layer >= first);
    }
}
