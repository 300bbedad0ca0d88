using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>StableLM 3B, StableLM 2 and other models of <c>StableLmForCausalLM</c>.</summary>
/// <remarks>
/// Bellagente et al. 2024, arXiv:2402.17834. Mirrors huggingface/transformers <c>models/stablelm/modeling_stablelm.py</c>.
/// Quirks: a quarter of each head is rotated; StableLM 2 12B adds attention and MLP side by side, behind one norm, and norms each head with a gain of its own.
/// </remarks>
[TransformerFamily("stablelm")]
public sealed class StableLm : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead, share: 0.25);
        var norm = new Norm.Layer(hf.Number("layer_norm_eps"));
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale),
            HeadNorm = hf.OptionalFlag("qk_layernorm") ?? false ? new HeadNorm.Own(norm) : new HeadNorm.None(),
            Norm = norm,
            Positions = rotary,
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            Residual = hf.OptionalFlag("use_parallel_residual") ?? false ? new Residual.Parallel() : new Residual.Sequential(),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var bias = hf.OptionalFlag("use_qkv_bias") ?? false;
        var ownNorm = !(hf.OptionalFlag("use_parallel_residual") ?? false);
        var (queryNorms, keyNorms) = hf.OptionalFlag("qk_layernorm") ?? false ? (shape.Heads, shape.KeyHeads) : (0, 0);
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        return new("model.", "")
        {
            // in the checkpoint                                         in our model                       where, how many
            { "model.embed_tokens.weight",                               "embed.tokens",                    !tied      },
            { ["model.embed_tokens.weight", "lm_head.weight"],           "embed.tokens",                    tied       },
            { "model.layers.{i}.input_layernorm.weight",                 "blocks.{i}.norm1.gain"                       },
            { "model.layers.{i}.input_layernorm.bias",                   "blocks.{i}.norm1.bias"                       },
            { "model.layers.{i}.self_attn.q_proj.weight",                "blocks.{i}.attn.q.weight"                    },
            { "model.layers.{i}.self_attn.q_proj.bias",                  "blocks.{i}.attn.q.bias",          bias       },
            { "model.layers.{i}.self_attn.k_proj.weight",                "blocks.{i}.attn.k.weight"                    },
            { "model.layers.{i}.self_attn.k_proj.bias",                  "blocks.{i}.attn.k.bias",          bias       },
            { "model.layers.{i}.self_attn.v_proj.weight",                "blocks.{i}.attn.v.weight"                    },
            { "model.layers.{i}.self_attn.v_proj.bias",                  "blocks.{i}.attn.v.bias",          bias       },
            { "model.layers.{i}.self_attn.o_proj.weight",                "blocks.{i}.attn.out.weight"                  },
            { "model.layers.{i}.self_attn.q_layernorm.norms.{j}.weight", "blocks.{i}.attn.q_norm.{j}.gain", queryNorms },
            { "model.layers.{i}.self_attn.k_layernorm.norms.{j}.weight", "blocks.{i}.attn.k_norm.{j}.gain", keyNorms   },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",          WeightTable.Nothing                           }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight",        "blocks.{i}.norm2.gain",           ownNorm    },
            { "model.layers.{i}.post_attention_layernorm.bias",          "blocks.{i}.norm2.bias",           ownNorm    },
            { "model.layers.{i}.mlp.gate_proj.weight",                   "blocks.{i}.mlp.gate.weight"                  },
            { "model.layers.{i}.mlp.up_proj.weight",                     "blocks.{i}.mlp.up.weight"                    },
            { "model.layers.{i}.mlp.down_proj.weight",                   "blocks.{i}.mlp.down.weight"                  },
            { "model.norm.weight",                                       "final_norm.gain"                             },
            { "model.norm.bias",                                         "final_norm.bias"                             },
            { "lm_head.weight",                                          "unembed.weight",                  !tied      },
        };
    }
}
