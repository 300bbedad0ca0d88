using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>gpt-oss-20b, gpt-oss-120b and other models of <c>GptOssForCausalLM</c>, in MXFP4 as published (<see cref="Mxfp4"/>), bf16, f16 or f32.</summary>
/// <remarks>
/// OpenAI 2025, arXiv:2508.10925. Mirrors huggingface/transformers <c>models/gpt_oss/modeling_gpt_oss.py</c>.
/// Quirks: each head has a sink, a logit without a value, so patterns sum to less than 1; every other layer slides, the first one too; experts are stacked
/// [experts, inputs, outputs] with gate and up columns alternating, have biases, and clamp both branches; the router has a bias.
/// </remarks>
[TransformerFamily("gpt_oss")]
public sealed class GptOss : TransformerFamily
{
    private const double DefaultAlpha = 1.702, DefaultLimit = 7;

    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        var windows = HfKeys.Windows(hf, hf.OptionalCount("sliding_window"), layer => layer % 2 == 0);
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
            Mlp = new Mlp.Experts(hf.Count("intermediate_size"), HfKeys.Activation(hf), HfExperts.Count(hf), HfExperts.Chosen(hf))
            {
                Clamp = new(hf.OptionalNumber("swiglu_alpha") ?? DefaultAlpha, hf.OptionalNumber("swiglu_limit") ?? DefaultLimit),
            },
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("attention_bias") ?? true;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        return new("model.", "")
        {
            // in the checkpoint                                    in our model                              where
            { "model.embed_tokens.weight",                           "embed.tokens",                           !tied },
            { ["model.embed_tokens.weight", "lm_head.weight"],       "embed.tokens",                           tied  },
            { "model.layers.{i}.input_layernorm.weight",             "blocks.{i}.norm1.gain"                         },
            { "model.layers.{i}.self_attn.q_proj.weight",            "blocks.{i}.attn.q.weight"                      },
            { "model.layers.{i}.self_attn.q_proj.bias",              "blocks.{i}.attn.q.bias",                 bias  },
            { "model.layers.{i}.self_attn.k_proj.weight",            "blocks.{i}.attn.k.weight"                      },
            { "model.layers.{i}.self_attn.k_proj.bias",              "blocks.{i}.attn.k.bias",                 bias  },
            { "model.layers.{i}.self_attn.v_proj.weight",            "blocks.{i}.attn.v.weight"                      },
            { "model.layers.{i}.self_attn.v_proj.bias",              "blocks.{i}.attn.v.bias",                 bias  },
            { "model.layers.{i}.self_attn.o_proj.weight",            "blocks.{i}.attn.out.weight"                    },
            { "model.layers.{i}.self_attn.o_proj.bias",              "blocks.{i}.attn.out.bias",               bias  },
            { "model.layers.{i}.self_attn.sinks",                    "blocks.{i}.attn.sinks"                         },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",      WeightTable.Nothing                             }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight",    "blocks.{i}.norm2.gain"                         },
            { "model.layers.{i}.mlp.router.weight",                  "blocks.{i}.mlp.router.weight"                  },
            { "model.layers.{i}.mlp.router.bias",                    "blocks.{i}.mlp.router.bias"                    },
            { "model.layers.{i}.mlp.experts.gate_up_proj",           "blocks.{i}.mlp.experts.gate_up.weight"         },
            { "model.layers.{i}.mlp.experts.gate_up_proj_bias",      "blocks.{i}.mlp.experts.gate_up.bias"           },
            { "model.layers.{i}.mlp.experts.down_proj",              "blocks.{i}.mlp.experts.down.weight"            },
            { "model.layers.{i}.mlp.experts.down_proj_bias",         "blocks.{i}.mlp.experts.down.bias"              },
            { "model.norm.weight",                                   "final_norm.gain"                               },
            { "lm_head.weight",                                      "unembed.weight",                         !tied },
        };
    }
}
