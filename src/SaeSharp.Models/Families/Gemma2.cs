using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Gemma 2: models of <c>Gemma2ForCausalLM</c>.</summary>
/// <remarks>
/// Gemma Team 2024, arXiv:2408.00118. Mirrors huggingface/transformers <c>models/gemma2/modeling_gemma2.py</c>.
/// Quirks beside those of <see cref="Gemma"/>: a norm before and behind each half; scores and logits are capped; every other layer, from the first on, has a window;
/// <c>query_pre_attn_scalar</c> stands in place of the head's width.
/// </remarks>
[TransformerFamily("gemma2")]
public sealed class Gemma2 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        var scale = 1 / Math.Sqrt(hf.OptionalNumber("query_pre_attn_scalar") ?? shape.DHead);
        var softCap = hf.OptionalNumber("attn_logit_softcapping") ?? 0;
        var windows = HfKeys.Windows(hf, hf.OptionalCount("sliding_window"), layer => layer % 2 == 0);
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new(layer => new AttentionSpec(scale, windows(layer), softCap)),
            Norm = new Norm.Rms(hf.Number("rms_norm_eps")),
            Positions = rotary,
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf, "hidden_activation", "hidden_act")),
            EmbeddingScale = Math.Sqrt(hf.Count("hidden_size")),
            LogitSoftCap = hf.OptionalNumber("final_logit_softcapping") ?? 0,
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
            // in the checkpoint                                    in our model                how, where
            { "model.embed_tokens.weight",                          "embed.tokens",             !tied           },
            { ["model.embed_tokens.weight", "lm_head.weight"],      "embed.tokens",             tied            },
            { "model.layers.{i}.input_layernorm.weight",            "blocks.{i}.norm1.gain",    Stored.AboveOne },
            { "model.layers.{i}.self_attn.q_proj.weight",           "blocks.{i}.attn.q.weight"                  },
            { "model.layers.{i}.self_attn.q_proj.bias",             "blocks.{i}.attn.q.bias",   bias            },
            { "model.layers.{i}.self_attn.k_proj.weight",           "blocks.{i}.attn.k.weight"                  },
            { "model.layers.{i}.self_attn.k_proj.bias",             "blocks.{i}.attn.k.bias",   bias            },
            { "model.layers.{i}.self_attn.v_proj.weight",           "blocks.{i}.attn.v.weight"                  },
            { "model.layers.{i}.self_attn.v_proj.bias",             "blocks.{i}.attn.v.bias",   bias            },
            { "model.layers.{i}.self_attn.o_proj.weight",           "blocks.{i}.attn.out.weight"                },
            { "model.layers.{i}.self_attn.o_proj.bias",             "blocks.{i}.attn.out.bias", bias            },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",     WeightTable.Nothing                         }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight",   "blocks.{i}.post1.gain",    Stored.AboveOne },
            { "model.layers.{i}.pre_feedforward_layernorm.weight",  "blocks.{i}.norm2.gain",    Stored.AboveOne },
            { "model.layers.{i}.mlp.gate_proj.weight",              "blocks.{i}.mlp.gate.weight"                },
            { "model.layers.{i}.mlp.up_proj.weight",                "blocks.{i}.mlp.up.weight"                  },
            { "model.layers.{i}.mlp.down_proj.weight",              "blocks.{i}.mlp.down.weight"                },
            { "model.layers.{i}.post_feedforward_layernorm.weight", "blocks.{i}.post2.gain",    Stored.AboveOne },
            { "model.norm.weight",                                  "final_norm.gain",          Stored.AboveOne },
            { "lm_head.weight",                                     "unembed.weight",           !tied           },
        };
    }
}
