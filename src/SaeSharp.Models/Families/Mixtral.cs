using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Mixtral 8x7B, 8x22B and other models of <c>MixtralForCausalLM</c>.</summary>
/// <remarks>
/// Jiang et al. 2024, arXiv:2401.04088. Mirrors huggingface/transformers <c>models/mixtral/modeling_mixtral.py</c>.
/// Quirk: an expert's w1 is the gate, w3 the linear branch, w2 leads down.
/// </remarks>
[TransformerFamily("mixtral")]
public sealed class Mixtral : TransformerFamily
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
            Mlp = new Mlp.Experts(hf.Count("intermediate_size"), HfKeys.Activation(hf), HfExperts.Count(hf), HfExperts.Chosen(hf)),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? false;
        var experts = HfExperts.Count(hf);
        return new("model.", "")
        {
            // in the checkpoint                                          in our model                           where
            { "model.embed_tokens.weight",                                 "embed.tokens",                        !tied   },
            { ["model.embed_tokens.weight", "lm_head.weight"],             "embed.tokens",                        tied    },
            { "model.layers.{i}.input_layernorm.weight",                   "blocks.{i}.norm1.gain"                        },
            { "model.layers.{i}.self_attn.q_proj.weight",                  "blocks.{i}.attn.q.weight"                     },
            { "model.layers.{i}.self_attn.k_proj.weight",                  "blocks.{i}.attn.k.weight"                     },
            { "model.layers.{i}.self_attn.v_proj.weight",                  "blocks.{i}.attn.v.weight"                     },
            { "model.layers.{i}.self_attn.o_proj.weight",                  "blocks.{i}.attn.out.weight"                   },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",            WeightTable.Nothing                            }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight",          "blocks.{i}.norm2.gain"                        },
            { "model.layers.{i}.block_sparse_moe.gate.weight",             "blocks.{i}.mlp.router.weight"                 },
            { "model.layers.{i}.block_sparse_moe.experts.{j}.w1.weight",   "blocks.{i}.mlp.experts.{j}.gate.weight", experts },
            { "model.layers.{i}.block_sparse_moe.experts.{j}.w3.weight",   "blocks.{i}.mlp.experts.{j}.up.weight",   experts },
            { "model.layers.{i}.block_sparse_moe.experts.{j}.w2.weight",   "blocks.{i}.mlp.experts.{j}.down.weight", experts },
            { "model.norm.weight",                                         "final_norm.gain"                              },
            { "lm_head.weight",                                            "unembed.weight",                      !tied   },
        };
    }
}
