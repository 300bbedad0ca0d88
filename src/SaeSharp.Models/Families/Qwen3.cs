using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Qwen 3 and other models of <c>Qwen3ForCausalLM</c>.</summary>
/// <remarks>
/// Yang et al. 2025, arXiv:2505.09388. Mirrors huggingface/transformers <c>models/qwen3/modeling_qwen3.py</c>.
/// Quirk: each head of queries and keys is normed before it is rotated.
/// </remarks>
[TransformerFamily("qwen3")]
public sealed class Qwen3 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        var windows = Qwen2.Windows(hf);
        var norm = new Norm.Rms(hf.Number("rms_norm_eps"));
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new(layer => new AttentionSpec(shape.Scale, windows(layer))),
            HeadNorm = new HeadNorm.Shared(norm),
            Norm = norm,
            Positions = rotary,
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("attention_bias") ?? false;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        return new("model.", "")
        {
            // in the checkpoint                                  in our model                 where
            { "model.embed_tokens.weight",                        "embed.tokens",              !tied },
            { ["model.embed_tokens.weight", "lm_head.weight"],    "embed.tokens",              tied  },
            { "model.layers.{i}.input_layernorm.weight",          "blocks.{i}.norm1.gain"            },
            { "model.layers.{i}.self_attn.q_proj.weight",         "blocks.{i}.attn.q.weight"         },
            { "model.layers.{i}.self_attn.q_proj.bias",           "blocks.{i}.attn.q.bias",    bias  },
            { "model.layers.{i}.self_attn.k_proj.weight",         "blocks.{i}.attn.k.weight"         },
            { "model.layers.{i}.self_attn.k_proj.bias",           "blocks.{i}.attn.k.bias",    bias  },
            { "model.layers.{i}.self_attn.v_proj.weight",         "blocks.{i}.attn.v.weight"         },
            { "model.layers.{i}.self_attn.v_proj.bias",           "blocks.{i}.attn.v.bias",    bias  },
            { "model.layers.{i}.self_attn.o_proj.weight",         "blocks.{i}.attn.out.weight"       },
            { "model.layers.{i}.self_attn.o_proj.bias",           "blocks.{i}.attn.out.bias",  bias  },
            { "model.layers.{i}.self_attn.q_norm.weight",         "blocks.{i}.attn.q_norm.gain"      },
            { "model.layers.{i}.self_attn.k_norm.weight",         "blocks.{i}.attn.k_norm.gain"      },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",   WeightTable.Nothing                }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight", "blocks.{i}.norm2.gain"            },
            { "model.layers.{i}.mlp.gate_proj.weight",            "blocks.{i}.mlp.gate.weight"       },
            { "model.layers.{i}.mlp.up_proj.weight",              "blocks.{i}.mlp.up.weight"         },
            { "model.layers.{i}.mlp.down_proj.weight",            "blocks.{i}.mlp.down.weight"       },
            { "model.norm.weight",                                "final_norm.gain"                  },
            { "lm_head.weight",                                   "unembed.weight",            !tied },
        };
    }
}
