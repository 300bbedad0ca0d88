using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Pythia, GPT-NeoX-20B and other models of <c>GPTNeoXForCausalLM</c>.</summary>
/// <remarks>
/// Black et al. 2022, arXiv:2204.06745; Pythia: arXiv:2304.01373. Mirrors huggingface/transformers <c>models/gpt_neox/modeling_gpt_neox.py</c>.
/// Quirks: attention and MLP read the stream side by side, each through a norm of its own, unless <c>use_parallel_residual</c> is false; q, k and v are one layer
/// whose rows go head by head; a quarter of each head is rotated where <c>rotary_pct</c> does not say.
/// </remarks>
[TransformerFamily("gpt_neox")]
public sealed class GptNeoX : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf, null);
        var rotary = HfRotary.Of(hf, shape.DHead, share: 0.25);
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale),
            Norm = new Norm.Layer(hf.Number("layer_norm_eps")),
            Positions = rotary,
            Mlp = new Mlp.Plain(hf.Count("intermediate_size"), HfKeys.Activation(hf)),
            Residual = hf.OptionalFlag("use_parallel_residual") ?? true ? new Residual.Parallel() : new Residual.Sequential(),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf, null);
        var bias = hf.OptionalFlag("attention_bias") ?? true;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        Stored q = OfEachHead(0), k = OfEachHead(1), v = OfEachHead(2);
        return new("gpt_neox.", "")
        {
            // in the checkpoint                                      in our model                how, where
            { "gpt_neox.embed_in.weight",                             "embed.tokens",             !tied   },
            { ["gpt_neox.embed_in.weight", "embed_out.weight"],       "embed.tokens",             tied    },
            { "gpt_neox.layers.{i}.input_layernorm.weight",           "blocks.{i}.norm1.gain"             },
            { "gpt_neox.layers.{i}.input_layernorm.bias",             "blocks.{i}.norm1.bias"             },
            { "gpt_neox.layers.{i}.attention.query_key_value.weight", "blocks.{i}.attn.q.weight", q       },
            { "gpt_neox.layers.{i}.attention.query_key_value.weight", "blocks.{i}.attn.k.weight", k       },
            { "gpt_neox.layers.{i}.attention.query_key_value.weight", "blocks.{i}.attn.v.weight", v       },
            { "gpt_neox.layers.{i}.attention.query_key_value.bias",   "blocks.{i}.attn.q.bias",   q, bias },
            { "gpt_neox.layers.{i}.attention.query_key_value.bias",   "blocks.{i}.attn.k.bias",   k, bias },
            { "gpt_neox.layers.{i}.attention.query_key_value.bias",   "blocks.{i}.attn.v.bias",   v, bias },
            { "gpt_neox.layers.{i}.attention.dense.weight",           "blocks.{i}.attn.out.weight"        },
            { "gpt_neox.layers.{i}.attention.dense.bias",             "blocks.{i}.attn.out.bias", bias    },
            { "gpt_neox.layers.{i}.attention.bias",                   WeightTable.Nothing                 }, // causal masks
            { "gpt_neox.layers.{i}.attention.masked_bias",            WeightTable.Nothing                 },
            { "gpt_neox.layers.{i}.attention.rotary_emb.inv_freq",    WeightTable.Nothing                 }, // computed from the config
            { "gpt_neox.layers.{i}.post_attention_layernorm.weight",  "blocks.{i}.norm2.gain"             },
            { "gpt_neox.layers.{i}.post_attention_layernorm.bias",    "blocks.{i}.norm2.bias"             },
            { "gpt_neox.layers.{i}.mlp.dense_h_to_4h.weight",         "blocks.{i}.mlp.up.weight"          },
            { "gpt_neox.layers.{i}.mlp.dense_h_to_4h.bias",           "blocks.{i}.mlp.up.bias"            },
            { "gpt_neox.layers.{i}.mlp.dense_4h_to_h.weight",         "blocks.{i}.mlp.down.weight"        },
            { "gpt_neox.layers.{i}.mlp.dense_4h_to_h.bias",           "blocks.{i}.mlp.down.bias"          },
            { "gpt_neox.final_layer_norm.weight",                     "final_norm.gain"                   },
            { "gpt_neox.final_layer_norm.bias",                       "final_norm.bias"                   },
            { "embed_out.weight",                                     "unembed.weight",           !tied   },
        };

        Stored OfEachHead(int part) => Stored.Whole.Blocks(part * shape.DHead, shape.DHead, 3 * shape.DHead, shape.Heads);
    }
}
