using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Command R7B and other models of <c>Cohere2ForCausalLM</c>.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/cohere2/modeling_cohere2.py</c>.
/// Quirks: attention and MLP share one norm, which has no bias; three layers with a window and rotated neighbours, then one that sees everything and no position.
/// </remarks>
[TransformerFamily("cohere2")]
public sealed class Cohere2 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead, pairs: RotaryPairs.Neighbours);
        var pattern = hf.OptionalCount("sliding_window_pattern", "_sliding_window_pattern") ?? 4;
        var slides = HfKeys.Slides(hf, layer => (layer + 1) % pattern != 0);
        var window = hf.OptionalCount("sliding_window") ?? 0;
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new(layer => new AttentionSpec(shape.Scale, slides(layer) ? window : 0)),
            Norm = new Norm.Layer(hf.Number("layer_norm_eps")),
            Positions = new(layer => slides(layer) ? rotary : new Positions.None()),
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            Residual = new Residual.Parallel(),
            LogitScale = hf.OptionalNumber("logit_scale") ?? 1,
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? true,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("attention_bias") ?? false;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? true;
        return new("model.", "")
        {
            // in the checkpoint                                in our model                where
            { "model.embed_tokens.weight",                      "embed.tokens",             !tied },
            { ["model.embed_tokens.weight", "lm_head.weight"],  "embed.tokens",             tied  },
            { "model.layers.{i}.input_layernorm.weight",        "blocks.{i}.norm1.gain"           },
            { "model.layers.{i}.self_attn.q_proj.weight",       "blocks.{i}.attn.q.weight"        },
            { "model.layers.{i}.self_attn.q_proj.bias",         "blocks.{i}.attn.q.bias",   bias  },
            { "model.layers.{i}.self_attn.k_proj.weight",       "blocks.{i}.attn.k.weight"        },
            { "model.layers.{i}.self_attn.k_proj.bias",         "blocks.{i}.attn.k.bias",   bias  },
            { "model.layers.{i}.self_attn.v_proj.weight",       "blocks.{i}.attn.v.weight"        },
            { "model.layers.{i}.self_attn.v_proj.bias",         "blocks.{i}.attn.v.bias",   bias  },
            { "model.layers.{i}.self_attn.o_proj.weight",       "blocks.{i}.attn.out.weight"      },
            { "model.layers.{i}.self_attn.o_proj.bias",         "blocks.{i}.attn.out.bias", bias  },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq", WeightTable.Nothing               }, // computed from the config
            { "model.layers.{i}.mlp.gate_proj.weight",          "blocks.{i}.mlp.gate.weight"      },
            { "model.layers.{i}.mlp.up_proj.weight",            "blocks.{i}.mlp.up.weight"        },
            { "model.layers.{i}.mlp.down_proj.weight",          "blocks.{i}.mlp.down.weight"      },
            { "model.norm.weight",                              "final_norm.gain"                 },
            { "lm_head.weight",                                 "unembed.weight",           !tied },
        };
    }
}
