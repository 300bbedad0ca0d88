using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>SmolLM3: models of <c>SmolLM3ForCausalLM</c>.</summary>
/// <remarks>
/// Bakouch et al. 2025, huggingface.co/blog/smollm3. Mirrors huggingface/transformers <c>models/smollm3/modeling_smollm3.py</c>.
/// Quirk: every fourth layer, or those with a 0 in <c>no_rope_layers</c>, sees no position (arXiv:2501.18795).
/// </remarks>
[TransformerFamily("smollm3")]
public sealed class SmolLm3 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        var rotated = Rotated(hf);
        var window = hf.OptionalFlag("use_sliding_window") ?? false ? hf.OptionalCount("sliding_window") : null;
        var windows = HfKeys.Windows(hf, window, layer => !rotated(layer));
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new(layer => new AttentionSpec(shape.Scale, windows(layer))),
            Norm = new Norm.Rms(hf.Number("rms_norm_eps")),
            Positions = new(layer => rotated(layer) ? rotary : new Positions.None()),
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? true,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("attention_bias") ?? false;
        var mlpBias = hf.OptionalFlag("mlp_bias") ?? false;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? true;
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

    private static Func<int, bool> Rotated(HfConfig hf)
    {
        var interval = hf.OptionalCount("no_rope_layer_interval") ?? 4;
        if (hf.OptionalNumbers("no_rope_layers") is not { } list) return layer => (layer + 1) % interval != 0;
        HfKeys.RequireLayers(hf, "no_rope_layers", list.Length);
        return layer => list[layer] != 0;
    }
}
