using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>OPT in all sizes: models of <c>OPTForCausalLM</c>.</summary>
/// <remarks>
/// Zhang et al. 2022, arXiv:2205.01068. Mirrors huggingface/transformers <c>models/opt/modeling_opt.py</c>.
/// Quirks: the first two rows of the position table serve no position; OPT-350m has its norms in the stream, none at the end, and an embedding narrower than the
/// stream, with a linear layer in and out.
/// </remarks>
[TransformerFamily("opt")]
public sealed class Opt : TransformerFamily
{
    private const int PositionOffset = 2;

    public override TransformerSpec Describe(HfConfig hf)
    {
        HfKeys.Refuse(hf, "layer_norm_elementwise_affine", false);
        var shape = HfKeys.Attention(hf, null);
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = hf.Count("max_position_embeddings"),
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale),
            Norm = new Norm.Layer(1e-5), // PyTorch's default, no key
            Positions = new Positions.Learned(PositionOffset),
            Mlp = new Mlp.Plain(hf.Count("ffn_dim"), HfKeys.Activation(hf, "activation_function")),
            Residual = NormsFirst(hf) ? new Residual.Sequential() : new Residual.PostNorm(),
            DEmbed = Narrow(hf) ? hf.Count("word_embed_proj_dim") : null,
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? true,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? true;
        var bias = hf.OptionalFlag("enable_bias") ?? true;
        var narrow = Narrow(hf);
        var finalNorm = NormsFirst(hf) && !(hf.OptionalFlag("_remove_final_layer_norm") ?? false);
        return new("model.", "")
        {
            // in the checkpoint                                       in our model                where
            { "model.decoder.embed_tokens.weight",                     "embed.tokens",             !tied     },
            { ["model.decoder.embed_tokens.weight", "lm_head.weight"], "embed.tokens",             tied      },
            { "model.decoder.embed_positions.weight",                  "embed.positions"                     },
            { "model.decoder.project_in.weight",                       "embed.into.weight",        narrow    },
            { "model.decoder.project_out.weight",                      "unembed.out_of.weight",    narrow    },
            { "model.decoder.layers.{i}.self_attn_layer_norm.weight",  "blocks.{i}.norm1.gain"               },
            { "model.decoder.layers.{i}.self_attn_layer_norm.bias",    "blocks.{i}.norm1.bias"               },
            { "model.decoder.layers.{i}.self_attn.q_proj.weight",      "blocks.{i}.attn.q.weight"            },
            { "model.decoder.layers.{i}.self_attn.q_proj.bias",        "blocks.{i}.attn.q.bias",   bias      },
            { "model.decoder.layers.{i}.self_attn.k_proj.weight",      "blocks.{i}.attn.k.weight"            },
            { "model.decoder.layers.{i}.self_attn.k_proj.bias",        "blocks.{i}.attn.k.bias",   bias      },
            { "model.decoder.layers.{i}.self_attn.v_proj.weight",      "blocks.{i}.attn.v.weight"            },
            { "model.decoder.layers.{i}.self_attn.v_proj.bias",        "blocks.{i}.attn.v.bias",   bias      },
            { "model.decoder.layers.{i}.self_attn.out_proj.weight",    "blocks.{i}.attn.out.weight"          },
            { "model.decoder.layers.{i}.self_attn.out_proj.bias",      "blocks.{i}.attn.out.bias", bias      },
            { "model.decoder.layers.{i}.final_layer_norm.weight",      "blocks.{i}.norm2.gain"               },
            { "model.decoder.layers.{i}.final_layer_norm.bias",        "blocks.{i}.norm2.bias"               },
            { "model.decoder.layers.{i}.fc1.weight",                   "blocks.{i}.mlp.up.weight"            },
            { "model.decoder.layers.{i}.fc1.bias",                     "blocks.{i}.mlp.up.bias",   bias      },
            { "model.decoder.layers.{i}.fc2.weight",                   "blocks.{i}.mlp.down.weight"          },
            { "model.decoder.layers.{i}.fc2.bias",                     "blocks.{i}.mlp.down.bias", bias      },
            { "model.decoder.final_layer_norm.weight",                 "final_norm.gain",          finalNorm },
            { "model.decoder.final_layer_norm.bias",                   "final_norm.bias",          finalNorm },
            { "model.decoder.version",                                 WeightTable.Nothing                   },
            { "lm_head.weight",                                        "unembed.weight",           !tied     },
        };
    }

    private static bool NormsFirst(HfConfig hf) => hf.OptionalFlag("do_layer_norm_before") ?? true;

    private static bool Narrow(HfConfig hf) => hf.OptionalCount("word_embed_proj_dim") is { } width && width != hf.Count("hidden_size");
}
