using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Falcon 7B, 40B, 180B and Falcon 2: models of <c>FalconForCausalLM</c>.</summary>
/// <remarks>
/// Almazrouei et al. 2023, arXiv:2311.16867. Mirrors huggingface/transformers <c>models/falcon/modeling_falcon.py</c>.
/// Quirks: 7B has one key head, whatever <c>num_kv_heads</c> says, and one norm for attention and MLP; from 40B on each key head's rows stand below those of its queries, and
/// there are two norms, or one (Falcon 2). Those with alibi positions cannot be run.
/// </remarks>
[TransformerFamily("falcon")]
public sealed class Falcon : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        HfKeys.Refuse(hf, "alibi", true);
        var shape = Shape(hf);
        var rotary = HfRotary.Of(hf, shape.DHead);
        return new()
        {
            Layers = hf.Count("num_hidden_layers", "n_layer"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = hf.OptionalCount("max_position_embeddings") ?? 2048,
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale),
            Norm = new Norm.Layer(hf.Number("layer_norm_epsilon")),
            Positions = rotary,
            Mlp = new Mlp.Plain(DMlp(hf), HfKeys.ActivationNamed(hf, hf.OptionalText("activation") ?? "gelu")),
            Residual = IsParallel(hf) ? new Residual.Parallel() : new Residual.Sequential(),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? true,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("bias") ?? false;
        var two = IsNew(hf) && IsParallel(hf) && (hf.OptionalCount("num_ln_in_parallel_attn") ?? 2) == 2;
        var (one, sequential) = (!two, !IsParallel(hf));
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? true;
        var (q, k, v) = Fused(hf);
        return new("transformer.", "")
        {
            // in the checkpoint                                         in our model                how, where
            { "transformer.word_embeddings.weight",                      "embed.tokens",             !tied      },
            { ["transformer.word_embeddings.weight", "lm_head.weight"],  "embed.tokens",             tied       },
            { "transformer.h.{i}.input_layernorm.weight",                "blocks.{i}.norm1.gain",    one        },
            { "transformer.h.{i}.input_layernorm.bias",                  "blocks.{i}.norm1.bias",    one        },
            { "transformer.h.{i}.ln_attn.weight",                        "blocks.{i}.norm1.gain",    two        },
            { "transformer.h.{i}.ln_attn.bias",                          "blocks.{i}.norm1.bias",    two        },
            { "transformer.h.{i}.self_attention.query_key_value.weight", "blocks.{i}.attn.q.weight", q          },
            { "transformer.h.{i}.self_attention.query_key_value.weight", "blocks.{i}.attn.k.weight", k          },
            { "transformer.h.{i}.self_attention.query_key_value.weight", "blocks.{i}.attn.v.weight", v          },
            { "transformer.h.{i}.self_attention.query_key_value.bias",   "blocks.{i}.attn.q.bias",   q, bias    },
            { "transformer.h.{i}.self_attention.query_key_value.bias",   "blocks.{i}.attn.k.bias",   k, bias    },
            { "transformer.h.{i}.self_attention.query_key_value.bias",   "blocks.{i}.attn.v.bias",   v, bias    },
            { "transformer.h.{i}.self_attention.dense.weight",           "blocks.{i}.attn.out.weight"           },
            { "transformer.h.{i}.self_attention.dense.bias",             "blocks.{i}.attn.out.bias", bias       },
            { "transformer.h.{i}.self_attention.rotary_emb.inv_freq",    WeightTable.Nothing                    }, // computed from the config
            { "transformer.h.{i}.ln_mlp.weight",                         "blocks.{i}.norm2.gain",    two        },
            { "transformer.h.{i}.ln_mlp.bias",                           "blocks.{i}.norm2.bias",    two        },
            { "transformer.h.{i}.post_attention_layernorm.weight",       "blocks.{i}.norm2.gain",    sequential },
            { "transformer.h.{i}.post_attention_layernorm.bias",         "blocks.{i}.norm2.bias",    sequential },
            { "transformer.h.{i}.mlp.dense_h_to_4h.weight",              "blocks.{i}.mlp.up.weight"             },
            { "transformer.h.{i}.mlp.dense_h_to_4h.bias",                "blocks.{i}.mlp.up.bias",   bias       },
            { "transformer.h.{i}.mlp.dense_4h_to_h.weight",              "blocks.{i}.mlp.down.weight"           },
            { "transformer.h.{i}.mlp.dense_4h_to_h.bias",                "blocks.{i}.mlp.down.bias", bias       },
            { "transformer.ln_f.weight",                                 "final_norm.gain"                      },
            { "transformer.ln_f.bias",                                   "final_norm.bias"                      },
            { "lm_head.weight",                                          "unembed.weight",           !tied      },
        };
    }

    private static bool IsNew(HfConfig hf) => hf.OptionalFlag("new_decoder_architecture") ?? false;

    private static bool IsParallel(HfConfig hf) => IsNew(hf) || (hf.OptionalFlag("parallel_attn") ?? true);

    private static bool IsMultiQuery(HfConfig hf) => !IsNew(hf) && (hf.OptionalFlag("multi_query") ?? true);

    private static AttentionShape Shape(HfConfig hf) => HfKeys.Attention(hf, IsNew(hf) ? hf.OptionalCount("num_kv_heads") : IsMultiQuery(hf) ? 1 : null);

    private static int DMlp(HfConfig hf) => hf.OptionalCount("ffn_hidden_size") ?? 4 * hf.Count("hidden_size");

    /// <summary>Where q, k and v lie in their one layer: for each key head its queries, its key, its value; with one key head that is all queries first.</summary>
    private static (Stored Q, Stored K, Stored V) Fused(HfConfig hf)
    {
        var shape = Shape(hf);
        var queries = shape.DQuery / shape.KeyHeads;
        var stride = queries + 2 * shape.DHead;
        return (Rows(0, queries), Rows(queries, shape.DHead), Rows(queries + shape.DHead, shape.DHead));

        Stored Rows(int start, int size) => Stored.Whole.Blocks(start, size, stride, shape.KeyHeads);
    }
}
