using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Phi-1, Phi-1.5 and Phi-2: models of <c>PhiForCausalLM</c>.</summary>
/// <remarks>
/// Gunasekar et al. 2023, arXiv:2306.11644. Mirrors huggingface/transformers <c>models/phi/modeling_phi.py</c>.
/// Quirks: attention and MLP share one norm; half of each head is rotated; every linear layer has a bias, the unembedding too.
/// </remarks>
[TransformerFamily("phi")]
public sealed class Phi : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead, share: 0.5);
        var norm = new Norm.Layer(hf.Number("layer_norm_eps"));
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale),
            HeadNorm = hf.OptionalFlag("qk_layernorm") ?? false ? new HeadNorm.Shared(norm) : new HeadNorm.None(),
            Norm = norm,
            Positions = rotary,
            Mlp = new Mlp.Plain(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            Residual = new Residual.Parallel(),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var headNorm = hf.OptionalFlag("qk_layernorm") ?? false;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        return new("model.", "")
        {
            // in the checkpoint                                in our model                   where
            { "model.embed_tokens.weight",                      "embed.tokens",                !tied    },
            { ["model.embed_tokens.weight", "lm_head.weight"],  "embed.tokens",                tied     },
            { "model.layers.{i}.input_layernorm.weight",        "blocks.{i}.norm1.gain"                 },
            { "model.layers.{i}.input_layernorm.bias",          "blocks.{i}.norm1.bias"                 },
            { "model.layers.{i}.self_attn.q_proj.weight",       "blocks.{i}.attn.q.weight"              },
            { "model.layers.{i}.self_attn.q_proj.bias",         "blocks.{i}.attn.q.bias"                },
            { "model.layers.{i}.self_attn.k_proj.weight",       "blocks.{i}.attn.k.weight"              },
            { "model.layers.{i}.self_attn.k_proj.bias",         "blocks.{i}.attn.k.bias"                },
            { "model.layers.{i}.self_attn.v_proj.weight",       "blocks.{i}.attn.v.weight"              },
            { "model.layers.{i}.self_attn.v_proj.bias",         "blocks.{i}.attn.v.bias"                },
            { "model.layers.{i}.self_attn.dense.weight",        "blocks.{i}.attn.out.weight"            },
            { "model.layers.{i}.self_attn.dense.bias",          "blocks.{i}.attn.out.bias"              },
            { "model.layers.{i}.self_attn.q_layernorm.weight",  "blocks.{i}.attn.q_norm.gain", headNorm },
            { "model.layers.{i}.self_attn.q_layernorm.bias",    "blocks.{i}.attn.q_norm.bias", headNorm },
            { "model.layers.{i}.self_attn.k_layernorm.weight",  "blocks.{i}.attn.k_norm.gain", headNorm },
            { "model.layers.{i}.self_attn.k_layernorm.bias",    "blocks.{i}.attn.k_norm.bias", headNorm },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq", WeightTable.Nothing                     }, // computed from the config
            { "model.layers.{i}.mlp.fc1.weight",                "blocks.{i}.mlp.up.weight"              },
            { "model.layers.{i}.mlp.fc1.bias",                  "blocks.{i}.mlp.up.bias"                },
            { "model.layers.{i}.mlp.fc2.weight",                "blocks.{i}.mlp.down.weight"            },
            { "model.layers.{i}.mlp.fc2.bias",                  "blocks.{i}.mlp.down.bias"              },
            { "model.final_layernorm.weight",                   "final_norm.gain"                       },
            { "model.final_layernorm.bias",                     "final_norm.bias"                       },
            { "lm_head.weight",                                 "unembed.weight",              !tied    },
            { "lm_head.bias",                                   "unembed.bias"                          },
        };
    }
}
