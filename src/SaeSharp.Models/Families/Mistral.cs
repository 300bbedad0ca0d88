using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Mistral 7B, Zephyr and other models of <c>MistralForCausalLM</c>.</summary>
/// <remarks>
/// Jiang et al. 2023, arXiv:2310.06825. Mirrors huggingface/transformers <c>models/mistral/modeling_mistral.py</c>.
/// Quirk: every layer has the window, where <c>sliding_window</c> is not null.
/// </remarks>
[TransformerFamily("mistral")]
public sealed class Mistral : TransformerFamily
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
            Weighing = new AttentionSpec(shape.Scale, hf.OptionalCount("sliding_window") ?? 0),
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
            { "model.layers.{i}.self_attn.k_proj.weight",         "blocks.{i}.attn.k.weight"        },
            { "model.layers.{i}.self_attn.v_proj.weight",         "blocks.{i}.attn.v.weight"        },
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
}
