using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Phi-3, Phi-3.5, Phi-4 and other models of <c>Phi3ForCausalLM</c>.</summary>
/// <remarks>
/// Abdin et al. 2024, arXiv:2404.14219. Mirrors huggingface/transformers <c>models/phi3/modeling_phi3.py</c>.
/// Quirks: q, k and v are one layer, gate and up another, one below the other; scaling by a divisor for each pair (longrope; first configs say "su").
/// </remarks>
[TransformerFamily("phi3")]
public sealed class Phi3 : TransformerFamily
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
        var shape = HfKeys.Attention(hf);
        var dMlp = hf.Count("intermediate_size");
        if (dMlp > int.MaxValue / 2) throw ModelException.Inconsistent(hf.Path, $"intermediate_size is {dMlp}", $"at most {int.MaxValue / 2}");
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        Stored q = Stored.Whole.Part(0, shape.DQuery), k = Stored.Whole.Part(shape.DQuery, shape.DKey), v = Stored.Whole.Part(shape.DQuery + shape.DKey, shape.DKey);
        Stored gate = Stored.Whole.Part(0, dMlp), up = Stored.Whole.Part(dMlp, dMlp);
        return new("model.", "")
        {
            // in the checkpoint                                  in our model                  how, where
            { "model.embed_tokens.weight",                        "embed.tokens",               !tied },
            { ["model.embed_tokens.weight", "lm_head.weight"],    "embed.tokens",               tied  },
            { "model.layers.{i}.input_layernorm.weight",          "blocks.{i}.norm1.gain"             },
            { "model.layers.{i}.self_attn.qkv_proj.weight",       "blocks.{i}.attn.q.weight",   q     },
            { "model.layers.{i}.self_attn.qkv_proj.weight",       "blocks.{i}.attn.k.weight",   k     },
            { "model.layers.{i}.self_attn.qkv_proj.weight",       "blocks.{i}.attn.v.weight",   v     },
            { "model.layers.{i}.self_attn.o_proj.weight",         "blocks.{i}.attn.out.weight"        },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",   WeightTable.Nothing                 }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight", "blocks.{i}.norm2.gain"             },
            { "model.layers.{i}.mlp.gate_up_proj.weight",         "blocks.{i}.mlp.gate.weight", gate  },
            { "model.layers.{i}.mlp.gate_up_proj.weight",         "blocks.{i}.mlp.up.weight",   up    },
            { "model.layers.{i}.mlp.down_proj.weight",            "blocks.{i}.mlp.down.weight"        },
            { "model.norm.weight",                                "final_norm.gain"                   },
            { "lm_head.weight",                                   "unembed.weight",             !tied },
        };
    }
}
