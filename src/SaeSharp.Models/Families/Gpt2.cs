using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>GPT-2 in all sizes, DistilGPT-2 and other models of <c>GPT2LMHeadModel</c>.</summary>
/// <remarks>
/// Radford et al. 2019, "Language Models are Unsupervised Multitask Learners". Mirrors huggingface/transformers <c>models/gpt2/modeling_gpt2.py</c>.
/// Quirks: linear layers are Conv1D, stored [inputs, outputs]; q, k and v are one; the MLP is four times as wide where <c>n_inner</c> is null; old
/// checkpoints leave out the prefix and hold causal masks.
/// </remarks>
[TransformerFamily("gpt2")]
public sealed class Gpt2 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        HfKeys.Refuse(hf, "add_cross_attention", true);
        var shape = HfKeys.Attention(hf, null);
        var width = hf.Count("n_embd", "hidden_size");
        var scale = hf.OptionalFlag("scale_attn_weights") ?? true ? shape.Scale : 1;
        var byLayer = hf.OptionalFlag("scale_attn_by_inverse_layer_idx") ?? false;
        return new()
        {
            Layers = hf.Count("n_layer", "num_hidden_layers"),
            DModel = width,
            DVocab = hf.Count("vocab_size"),
            Context = hf.Count("n_positions", "max_position_embeddings"),
            Attention = shape,
            Weighing = new(layer => new AttentionSpec(byLayer ? scale / (layer + 1) : scale)),
            Norm = new Norm.Layer(hf.Number("layer_norm_epsilon")),
            Positions = new Positions.Learned(),
            Mlp = new Mlp.Plain(hf.OptionalCount("n_inner") ?? 4 * width, HfKeys.Activation(hf, "activation_function")),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? true,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var width = hf.Count("n_embd", "hidden_size");
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? true;
        Stored q = Stored.Transposed.Part(0, width), k = Stored.Transposed.Part(width, width), v = Stored.Transposed.Part(2 * width, width);
        return new("transformer.", "")
        {
            // in the checkpoint                            in our model                  how, where
            { "transformer.wte.weight",                     "embed.tokens",               !tied             },
            { ["transformer.wte.weight", "lm_head.weight"], "embed.tokens",               tied              },
            { "transformer.wpe.weight",                     "embed.positions"                               },
            { "transformer.h.{i}.ln_1.weight",              "blocks.{i}.norm1.gain"                         },
            { "transformer.h.{i}.ln_1.bias",                "blocks.{i}.norm1.bias"                         },
            { "transformer.h.{i}.attn.c_attn.weight",       "blocks.{i}.attn.q.weight",   q                 },
            { "transformer.h.{i}.attn.c_attn.weight",       "blocks.{i}.attn.k.weight",   k                 },
            { "transformer.h.{i}.attn.c_attn.weight",       "blocks.{i}.attn.v.weight",   v                 },
            { "transformer.h.{i}.attn.c_attn.bias",         "blocks.{i}.attn.q.bias",     q                 },
            { "transformer.h.{i}.attn.c_attn.bias",         "blocks.{i}.attn.k.bias",     k                 },
            { "transformer.h.{i}.attn.c_attn.bias",         "blocks.{i}.attn.v.bias",     v                 },
            { "transformer.h.{i}.attn.c_proj.weight",       "blocks.{i}.attn.out.weight", Stored.Transposed },
            { "transformer.h.{i}.attn.c_proj.bias",         "blocks.{i}.attn.out.bias"                      },
            { "transformer.h.{i}.attn.bias",                WeightTable.Nothing                             }, // causal masks
            { "transformer.h.{i}.attn.masked_bias",         WeightTable.Nothing                             },
            { "transformer.h.{i}.ln_2.weight",              "blocks.{i}.norm2.gain"                         },
            { "transformer.h.{i}.ln_2.bias",                "blocks.{i}.norm2.bias"                         },
            { "transformer.h.{i}.mlp.c_fc.weight",          "blocks.{i}.mlp.up.weight",   Stored.Transposed },
            { "transformer.h.{i}.mlp.c_fc.bias",            "blocks.{i}.mlp.up.bias"                        },
            { "transformer.h.{i}.mlp.c_proj.weight",        "blocks.{i}.mlp.down.weight", Stored.Transposed },
            { "transformer.h.{i}.mlp.c_proj.bias",          "blocks.{i}.mlp.down.bias"                      },
            { "transformer.ln_f.weight",                    "final_norm.gain"                               },
            { "transformer.ln_f.bias",                      "final_norm.bias"                               },
            { "lm_head.weight",                             "unembed.weight",             !tied             },
        };
    }
}
