using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>GPT-J-6B and other models of <c>GPTJForCausalLM</c>.</summary>
/// <remarks>
/// Wang and Komatsuzaki 2021, github.com/kingoflolz/mesh-transformer-jax. Mirrors huggingface/transformers <c>models/gptj/modeling_gptj.py</c>.
/// Quirks: attention and MLP share one norm; neighbouring numbers are rotated together, the first <c>rotary_dim</c> of each head; the unembedding has a bias.
/// </remarks>
[TransformerFamily("gptj")]
public sealed class GptJ : TransformerFamily
{
    private const double RotaryBase = 10_000; // fixed in the code, no key

    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf, null);
        var width = hf.Count("n_embd", "hidden_size");
        var rotated = hf.OptionalCount("rotary_dim") ?? shape.DHead;
        if (rotated > shape.DHead || rotated % 2 != 0) throw ModelException.Inconsistent(hf.Path, $"rotary_dim is {rotated}", $"an even number up to {shape.DHead}, the width of a head");
        return new()
        {
            Layers = hf.Count("n_layer", "num_hidden_layers"),
            DModel = width,
            DVocab = hf.Count("vocab_size"),
            Context = hf.Count("n_positions", "max_position_embeddings"),
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale),
            Norm = new Norm.Layer(hf.Number("layer_norm_epsilon")),
            Positions = HfRotary.Plain(RotaryBase, rotated, RotaryPairs.Neighbours),
            Mlp = new Mlp.Plain(hf.OptionalCount("n_inner") ?? 4 * width, HfKeys.Activation(hf, "activation_function")),
            Residual = new Residual.Parallel(),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        return new("transformer.", "")
        {
            // in the checkpoint                            in our model                where
            { "transformer.wte.weight",                     "embed.tokens",             !tied },
            { ["transformer.wte.weight", "lm_head.weight"], "embed.tokens",             tied  },
            { "transformer.h.{i}.ln_1.weight",              "blocks.{i}.norm1.gain"           },
            { "transformer.h.{i}.ln_1.bias",                "blocks.{i}.norm1.bias"           },
            { "transformer.h.{i}.attn.q_proj.weight",       "blocks.{i}.attn.q.weight"        },
            { "transformer.h.{i}.attn.k_proj.weight",       "blocks.{i}.attn.k.weight"        },
            { "transformer.h.{i}.attn.v_proj.weight",       "blocks.{i}.attn.v.weight"        },
            { "transformer.h.{i}.attn.out_proj.weight",     "blocks.{i}.attn.out.weight"      },
            { "transformer.h.{i}.attn.bias",                WeightTable.Nothing               }, // causal masks
            { "transformer.h.{i}.attn.masked_bias",         WeightTable.Nothing               },
            { "transformer.h.{i}.attn.embed_positions",     WeightTable.Nothing               }, // computed from the config
            { "transformer.h.{i}.mlp.fc_in.weight",         "blocks.{i}.mlp.up.weight"        },
            { "transformer.h.{i}.mlp.fc_in.bias",           "blocks.{i}.mlp.up.bias"          },
            { "transformer.h.{i}.mlp.fc_out.weight",        "blocks.{i}.mlp.down.weight"      },
            { "transformer.h.{i}.mlp.fc_out.bias",          "blocks.{i}.mlp.down.bias"        },
            { "transformer.ln_f.weight",                    "final_norm.gain"                 },
            { "transformer.ln_f.bias",                      "final_norm.bias"                 },
            { "lm_head.weight",                             "unembed.weight",           !tied },
            { "lm_head.bias",                               "unembed.bias"                    },
        };
    }
}
