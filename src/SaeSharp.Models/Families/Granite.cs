using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>IBM Granite 3 and 4 without experts: models of <c>GraniteForCausalLM</c>.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/granite/modeling_granite.py</c>.
/// Quirks: four factors: on the embedding, on scores in place of 1/√dHead, on what each half adds to the stream, and below the logits.
/// </remarks>
[TransformerFamily("granite")]
public sealed class Granite : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new AttentionSpec(hf.OptionalNumber("attention_multiplier") ?? 1),
            Norm = new Norm.Rms(hf.Number("rms_norm_eps")),
            Positions = rotary,
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            Residual = new Residual.Sequential(hf.OptionalNumber("residual_multiplier") ?? 1),
            EmbeddingScale = hf.OptionalNumber("embedding_multiplier") ?? 1,
            LogitScale = 1 / (hf.OptionalNumber("logits_scaling") ?? 1),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("attention_bias") ?? false;
        var mlpBias = hf.OptionalFlag("mlp_bias") ?? false;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        return new("model.", "")
        {
            // in the checkpoint                                  in our model                where
            { "model.embed_tokens.weight",                        "embed.tokens",             !tied   },
            { ["model.embed_tokens.weight", "lm_head.weight"],    "embed.tokens",             tied    },
            { "model.layers.{i}.input_layernorm.weight",          "blocks.{i}.norm1.gain"             },
            { "model.layers.{i}.self_attn.q_proj.weight",         "blocks.{i}.attn.q.weight"          },
            { "model.layers.{i}.self_attn.q_proj.bias",           "blocks.{i}.attn.q.bias",   bias    },
            { "model.layers.{i}.self_attn.k_proj.weight",         "blocks.{i}.attn.k.weight"          },
            { "model.layers.{i}.self_attn.k_proj.bias",           "blocks.{i}.attn.k.bias",   bias    },
            { "model.layers.{i}.self_attn.v_proj.weight",         "blocks.{i}.attn.v.weight"          },
            { "model.layers.{i}.self_attn.v_proj.bias",           "blocks.{i}.attn.v.bias",   bias    },
            { "model.layers.{i}.self_attn.o_proj.weight",         "blocks.{i}.attn.out.weight"        },
            { "model.layers.{i}.self_attn.o_proj.bias",           "blocks.{i}.attn.out.bias", bias    },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",   WeightTable.Nothing                 }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight", "blocks.{i}.norm2.gain"             },
            { "model.layers.{i}.mlp.gate_proj.weight",            "blocks.{i}.mlp.gate.weight"        },
            { "model.layers.{i}.mlp.gate_proj.bias",              "blocks.{i}.mlp.gate.bias", mlpBias },
            { "model.layers.{i}.mlp.up_proj.weight",              "blocks.{i}.mlp.up.weight"          },
            { "model.layers.{i}.mlp.up_proj.bias",                "blocks.{i}.mlp.up.bias",   mlpBias },
            { "model.layers.{i}.mlp.down_proj.weight",            "blocks.{i}.mlp.down.weight"        },
            { "model.layers.{i}.mlp.down_proj.bias",              "blocks.{i}.mlp.down.bias", mlpBias },
            { "model.norm.weight",                                "final_norm.gain"                   },
            { "lm_head.weight",                                   "unembed.weight",           !tied   },
        };
    }
}
