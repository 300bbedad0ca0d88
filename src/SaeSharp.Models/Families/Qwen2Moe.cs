using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Qwen 1.5-MoE, Qwen2-57B-A14B and other models of <c>Qwen2MoeForCausalLM</c>.</summary>
/// <remarks>
/// Yang et al. 2024, arXiv:2407.10671. Mirrors huggingface/transformers <c>models/qwen2_moe/modeling_qwen2_moe.py</c>.
/// Quirks: a shared expert stands behind a gate of its own; weights of the chosen experts are renormalised only where <c>norm_topk_prob</c> says so.
/// </remarks>
[TransformerFamily("qwen2_moe")]
public sealed class Qwen2Moe : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        var windows = Qwen2.Windows(hf);
        var isSparse = HfExperts.SparseLayers(hf);
        var dense = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf));
        var sparse = new Mlp.Experts(hf.Count("moe_intermediate_size"), HfKeys.Activation(hf), HfExperts.Count(hf), HfExperts.Chosen(hf))
        {
            Renormalised = hf.OptionalFlag("norm_topk_prob") ?? false, DShared = hf.Count("shared_expert_intermediate_size"),
        };
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
            Mlp = new(layer => isSparse(layer) ? sparse : dense),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("qkv_bias") ?? true;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        var experts = HfExperts.Count(hf);
        var isSparse = HfExperts.SparseLayers(hf);
        bool IsDense(int layer) => !isSparse(layer);
        return new("model.", "")
        {
            // in the checkpoint                                       in our model                                    where
            { "model.embed_tokens.weight",                              "embed.tokens",                                 !tied    },
            { ["model.embed_tokens.weight", "lm_head.weight"],          "embed.tokens",                                 tied     },
            { "model.layers.{i}.input_layernorm.weight",                "blocks.{i}.norm1.gain"                                  },
            { "model.layers.{i}.self_attn.q_proj.weight",               "blocks.{i}.attn.q.weight"                               },
            { "model.layers.{i}.self_attn.q_proj.bias",                 "blocks.{i}.attn.q.bias",                       bias     },
            { "model.layers.{i}.self_attn.k_proj.weight",               "blocks.{i}.attn.k.weight"                               },
            { "model.layers.{i}.self_attn.k_proj.bias",                 "blocks.{i}.attn.k.bias",                       bias     },
            { "model.layers.{i}.self_attn.v_proj.weight",               "blocks.{i}.attn.v.weight"                               },
            { "model.layers.{i}.self_attn.v_proj.bias",                 "blocks.{i}.attn.v.bias",                       bias     },
            { "model.layers.{i}.self_attn.o_proj.weight",               "blocks.{i}.attn.out.weight"                             },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",         WeightTable.Nothing                                      }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight",       "blocks.{i}.norm2.gain"                                  },
            { "model.layers.{i}.mlp.gate_proj.weight",                  "blocks.{i}.mlp.gate.weight",                   IsDense  },
            { "model.layers.{i}.mlp.up_proj.weight",                    "blocks.{i}.mlp.up.weight",                     IsDense  },
            { "model.layers.{i}.mlp.down_proj.weight",                  "blocks.{i}.mlp.down.weight",                   IsDense  },
            { "model.layers.{i}.mlp.gate.weight",                       "blocks.{i}.mlp.router.weight",                 isSparse },
            { "model.layers.{i}.mlp.experts.{j}.gate_proj.weight",      "blocks.{i}.mlp.experts.{j}.gate.weight", experts, isSparse },
            { "model.layers.{i}.mlp.experts.{j}.up_proj.weight",        "blocks.{i}.mlp.experts.{j}.up.weight",   experts, isSparse },
            { "model.layers.{i}.mlp.experts.{j}.down_proj.weight",      "blocks.{i}.mlp.experts.{j}.down.weight", experts, isSparse },
            { "model.layers.{i}.mlp.shared_expert.gate_proj.weight",    "blocks.{i}.mlp.shared.gate.weight",            isSparse },
            { "model.layers.{i}.mlp.shared_expert.up_proj.weight",      "blocks.{i}.mlp.shared.up.weight",              isSparse },
            { "model.layers.{i}.mlp.shared_expert.down_proj.weight",    "blocks.{i}.mlp.shared.down.weight",            isSparse },
            { "model.layers.{i}.mlp.shared_expert_gate.weight",         "blocks.{i}.mlp.shared_gate.weight",            isSparse },
            { "model.norm.weight",                                      "final_norm.gain"                                        },
            { "lm_head.weight",                                         "unembed.weight",                               !tied    },
        };
    }
}
