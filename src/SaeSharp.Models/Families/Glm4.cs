using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>GLM-4 0414: models of <c>Glm4ForCausalLM</c>.</summary>
/// <remarks>
/// GLM Team 2024, arXiv:2406.12793. Mirrors huggingface/transformers <c>models/glm4/modeling_glm4.py</c>.
/// Quirks: a norm before and behind each half; neighbouring numbers are rotated together, half of each head; gate and up are one layer.
/// </remarks>
[TransformerFamily("glm4")]
public sealed class Glm4 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead, share: 0.5, RotaryPairs.Neighbours);
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale),
            Norm = new Norm.Rms(hf.Number("rms_norm_eps")),
            Positions = rotary,
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var dMlp = hf.Count("intermediate_size");
        if (dMlp > int.MaxValue / 2) throw ModelException.Inconsistent(hf.Path, $"intermediate_size is {dMlp}", $"at most {int.MaxValue / 2}");
        var bias = hf.OptionalFlag("attention_bias") ?? false;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        Stored gate = Stored.Whole.Part(0, dMlp), up = Stored.Whole.Part(dMlp, dMlp);
        return new("model.", "")
        {
            // in the checkpoint                                  in our model                  how, where
            { "model.embed_tokens.weight",                        "embed.tokens",               !tied },
            { ["model.embed_tokens.weight", "lm_head.weight"],    "embed.tokens",               tied  },
            { "model.layers.{i}.input_layernorm.weight",          "blocks.{i}.norm1.gain"             },
            { "model.layers.{i}.self_attn.q_proj.weight",         "blocks.{i}.attn.q.weight"          },
            { "model.layers.{i}.self_attn.q_proj.bias",           "blocks.{i}.attn.q.bias",     bias  },
            { "model.layers.{i}.self_attn.k_proj.weight",         "blocks.{i}.attn.k.weight"          },
            { "model.layers.{i}.self_attn.k_proj.bias",           "blocks.{i}.attn.k.bias",     bias  },
            { "model.layers.{i}.self_attn.v_proj.weight",         "blocks.{i}.attn.v.weight"          },
            { "model.layers.{i}.self_attn.v_proj.bias",           "blocks.{i}.attn.v.bias",     bias  },
            { "model.layers.{i}.self_attn.o_proj.weight",         "blocks.{i}.attn.out.weight"        },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",   WeightTable.Nothing                 }, // computed from the config
            { "model.layers.{i}.post_self_attn_layernorm.weight", "blocks.{i}.post1.gain"             },
            { "model.layers.{i}.post_attention_layernorm.weight", "blocks.{i}.norm2.gain"             },
            { "model.layers.{i}.mlp.gate_up_proj.weight",         "blocks.{i}.mlp.gate.weight", gate  },
            { "model.layers.{i}.mlp.gate_up_proj.weight",         "blocks.{i}.mlp.up.weight",   up    },
            { "model.layers.{i}.mlp.down_proj.weight",            "blocks.{i}.mlp.down.weight"        },
            { "model.layers.{i}.post_mlp_layernorm.weight",       "blocks.{i}.post2.gain"             },
            { "model.norm.weight",                                "final_norm.gain"                   },
            { "lm_head.weight",                                   "unembed.weight",             !tied },
        };
    }
}
