using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>Qwen3-Next-80B-A3B and other models of <c>Qwen3NextForCausalLM</c>.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/qwen3_next/modeling_qwen3_next.py</c>. Quirks beside those of <see cref="Qwen35"/>, which came after it: the projections of the
/// delta net are fused key head by key head (query, key, its values, their gates), while the convolution has all queries, all keys, all values; layers in
/// <c>mlp_only_layers</c> have a plain gated MLP.
/// </remarks>
[TransformerFamily("qwen3_next")]
public sealed class Qwen3Next : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var isSparse = HfExperts.SparseLayers(hf);
        var dense = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf));
        var sparse = new Mlp.Experts(hf.Count("moe_intermediate_size"), HfKeys.Activation(hf), HfExperts.Count(hf), HfExperts.Chosen(hf))
        {
            Renormalised = hf.OptionalFlag("norm_topk_prob") ?? true,
            DShared = hf.Count("shared_expert_intermediate_size"),
        };
        return Qwen35.Describe(hf, new(layer => isSparse(layer) ? sparse : dense));
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var (shape, bias, tied) = (HfKeys.Attention(hf), hf.OptionalFlag("attention_bias") ?? false, hf.OptionalFlag("tie_word_embeddings") ?? false);
        var (queries, gates) = (HfDeltaNet.Queries(shape), HfDeltaNet.Gates(shape));
        var (qkv, z, b, a) = Fused(HfDeltaNet.Of(hf));
        var (isLinear, isSparse, experts) = (HfDeltaNet.LinearLayers(hf), HfExperts.SparseLayers(hf), HfExperts.Count(hf));
        bool IsFull(int layer) => !isLinear(layer);
        bool IsBiased(int layer) => bias && !isLinear(layer);
        bool IsDense(int layer) => !isSparse(layer);
        return new("model.", "")
        {
            // in the checkpoint                                       in our model                              how, where
            { "model.embed_tokens.weight",                             "embed.tokens",                           !tied             },
            { ["model.embed_tokens.weight", "lm_head.weight"],         "embed.tokens",                           tied              },
            { "model.layers.{i}.input_layernorm.weight",               "blocks.{i}.norm1.gain",                  Stored.AboveOne   },
            { "model.layers.{i}.linear_attn.in_proj_qkvz.weight",      "blocks.{i}.linear.in.weight",            isLinear, qkv     },
            { "model.layers.{i}.linear_attn.in_proj_qkvz.weight",      "blocks.{i}.linear.z.weight",             isLinear, z       },
            { "model.layers.{i}.linear_attn.in_proj_ba.weight",        "blocks.{i}.linear.b.weight",             isLinear, b       },
            { "model.layers.{i}.linear_attn.in_proj_ba.weight",        "blocks.{i}.linear.a.weight",             isLinear, a       },
            { "model.layers.{i}.linear_attn.conv1d.weight",            "blocks.{i}.linear.conv",                 isLinear          },
            { "model.layers.{i}.linear_attn.A_log",                    "blocks.{i}.linear.a_log",                isLinear          },
            { "model.layers.{i}.linear_attn.dt_bias",                  "blocks.{i}.linear.dt_bias",              isLinear          },
            { "model.layers.{i}.linear_attn.norm.weight",              "blocks.{i}.linear.norm.gain",            isLinear          },
            { "model.layers.{i}.linear_attn.out_proj.weight",          "blocks.{i}.linear.out.weight",           isLinear          },
            { "model.layers.{i}.self_attn.q_proj.weight",              "blocks.{i}.attn.q.weight",               IsFull, queries   },
            { "model.layers.{i}.self_attn.q_proj.weight",              "blocks.{i}.attn.gate.weight",            IsFull, gates     },
            { "model.layers.{i}.self_attn.q_proj.bias",                "blocks.{i}.attn.q.bias",                 IsBiased, queries },
            { "model.layers.{i}.self_attn.q_proj.bias",                "blocks.{i}.attn.gate.bias",              IsBiased, gates   },
            { "model.layers.{i}.self_attn.k_proj.weight",              "blocks.{i}.attn.k.weight",               IsFull            },
            { "model.layers.{i}.self_attn.k_proj.bias",                "blocks.{i}.attn.k.bias",                 IsBiased          },
            { "model.layers.{i}.self_attn.v_proj.weight",              "blocks.{i}.attn.v.weight",               IsFull            },
            { "model.layers.{i}.self_attn.v_proj.bias",                "blocks.{i}.attn.v.bias",                 IsBiased          },
            { "model.layers.{i}.self_attn.o_proj.weight",              "blocks.{i}.attn.out.weight",             IsFull            },
            { "model.layers.{i}.self_attn.o_proj.bias",                "blocks.{i}.attn.out.bias",               IsBiased          },
            { "model.layers.{i}.self_attn.q_norm.weight",              "blocks.{i}.attn.q_norm.gain",            IsFull, Stored.AboveOne },
            { "model.layers.{i}.self_attn.k_norm.weight",              "blocks.{i}.attn.k_norm.gain",            IsFull, Stored.AboveOne },
            { "model.layers.{i}.post_attention_layernorm.weight",      "blocks.{i}.norm2.gain",                  Stored.AboveOne   },
            { "model.layers.{i}.mlp.gate_proj.weight",                 "blocks.{i}.mlp.gate.weight",             IsDense           },
            { "model.layers.{i}.mlp.up_proj.weight",                   "blocks.{i}.mlp.up.weight",               IsDense           },
            { "model.layers.{i}.mlp.down_proj.weight",                 "blocks.{i}.mlp.down.weight",             IsDense           },
            { "model.layers.{i}.mlp.gate.weight",                      "blocks.{i}.mlp.router.weight",           isSparse          },
            { "model.layers.{i}.mlp.experts.{j}.gate_proj.weight",     "blocks.{i}.mlp.experts.{j}.gate.weight", experts, isSparse },
            { "model.layers.{i}.mlp.experts.{j}.up_proj.weight",       "blocks.{i}.mlp.experts.{j}.up.weight",   experts, isSparse },
            { "model.layers.{i}.mlp.experts.{j}.down_proj.weight",     "blocks.{i}.mlp.experts.{j}.down.weight", experts, isSparse },
            { "model.layers.{i}.mlp.shared_expert.gate_proj.weight",   "blocks.{i}.mlp.shared.gate.weight",      isSparse          },
            { "model.layers.{i}.mlp.shared_expert.up_proj.weight",     "blocks.{i}.mlp.shared.up.weight",        isSparse          },
            { "model.layers.{i}.mlp.shared_expert.down_proj.weight",   "blocks.{i}.mlp.shared.down.weight",      isSparse          },
            { "model.layers.{i}.mlp.shared_expert_gate.weight",        "blocks.{i}.mlp.shared_gate.weight",      isSparse          },
            { "model.norm.weight",                                     "final_norm.gain",                        Stored.AboveOne   },
            { "lm_head.weight",                                        "unembed.weight",                         !tied             },
            { "mtp.*",                                                 WeightTable.Nothing                                         }, // predicts further tokens, in training
        };
    }

    /// <summary>Where the parts of each key head's rows lie: q, k, v, z in one projection, b and a in the other.</summary>
    private static (Stored Qkv, Stored Z, Stored B, Stored A) Fused(Mixer.DeltaNet net)
    {
        var (heads, dKey, group) = (net.KeyHeads, net.DKey, net.ValueHeads / net.KeyHeads);
        var dValues = group * net.DValue;
        var stride = 2 * dKey + 2 * dValues;
        Stored Rows(int start, int size) => Stored.Whole.Blocks(start, size, stride, heads);
        return (Rows(0, dKey).Then(Rows(dKey, dKey)).Then(Rows(2 * dKey, dValues)), Rows(2 * dKey + dValues, dValues),
            Stored.Whole.Blocks(0, group, 2 * group, heads), Stored.Whole.Blocks(group, group, 2 * group, heads));
    }
}
