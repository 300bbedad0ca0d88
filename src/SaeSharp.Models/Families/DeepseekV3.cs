using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>DeepSeek-V3, Moonlight, Kimi-K2's base and other models of <c>DeepseekV3ForCausalLM</c>, in bf16, f16 or f32.</summary>
/// <remarks>
/// DeepSeek-AI 2024, arXiv:2412.19437. Mirrors huggingface/transformers <c>models/deepseek_v3/modeling_deepseek_v3.py</c>.
/// Quirks: latent attention, whose fused projections hold the latent and the shared rotated key, and per head a plain key and a value; the first layers are dense, the others
/// choose experts by groups and add a shared one without a gate; yarn's <c>mscale_all_dim</c> also sharpens the softmax. Layers beyond the last predict further tokens in
/// training and are left out.
/// </remarks>
[TransformerFamily("deepseek_v3")]
public sealed class DeepseekV3 : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var (shape, latent) = Latent(hf);
        var rotary = HfRotary.Of(hf, latent.DRotated, pairs: hf.OptionalFlag("rope_interleave") ?? true ? RotaryPairs.Neighbours : RotaryPairs.Halves);
        var denseLayers = hf.OptionalCount("first_k_dense_replace") ?? 0;
        var dense = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf));
        var sparse = new Mlp.Experts(hf.Count("moe_intermediate_size"), HfKeys.Activation(hf), HfExperts.Count(hf), HfExperts.Chosen(hf))
        {
            Renormalised = hf.OptionalFlag("norm_topk_prob") ?? true,
            DShared = HfExperts.SharedWidth(hf),
            Groups = HfExperts.Groups(hf),
        };
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Mixer = latent,
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale * Sharpening(hf)),
            Norm = new Norm.Rms(hf.Number("rms_norm_eps")),
            Positions = rotary,
            Mlp = new(layer => layer < denseLayers ? dense : sparse),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var ((shape, latent), bias, tied) = (Latent(hf), hf.OptionalFlag("attention_bias") ?? false, hf.OptionalFlag("tie_word_embeddings") ?? false);
        var (isShort, heads, head) = (latent.DQueryLatent is not null, shape.Heads, latent.DPlain + latent.DValue);
        var (source, key) = (Stored.Whole.Part(0, latent.DLatent), Stored.Whole.Part(latent.DLatent, latent.DRotated));
        var (plain, values) = (Stored.Whole.Blocks(0, latent.DPlain, head, heads), Stored.Whole.Blocks(latent.DPlain, latent.DValue, head, heads));
        var (experts, denseLayers, hasShared) = (HfExperts.Count(hf), hf.OptionalCount("first_k_dense_replace") ?? 0, HfExperts.SharedWidth(hf) > 0);
        bool IsDense(int layer) => layer < denseLayers;
        bool IsSparse(int layer) => layer >= denseLayers;
        bool IsShared(int layer) => layer >= denseLayers && hasShared;
        return new("model.", "")
        {
            // in the checkpoint                                          in our model                              how, where
            { "model.embed_tokens.weight",                                "embed.tokens",                           !tied        },
            { ["model.embed_tokens.weight", "lm_head.weight"],            "embed.tokens",                           tied         },
            { "model.layers.{i}.input_layernorm.weight",                  "blocks.{i}.norm1.gain"                                },
            { "model.layers.{i}.self_attn.q_a_proj.weight",               "blocks.{i}.attn.q_latent.weight",        isShort      },
            { "model.layers.{i}.self_attn.q_a_proj.bias",                 "blocks.{i}.attn.q_latent.bias",          isShort && bias },
            { "model.layers.{i}.self_attn.q_a_layernorm.weight",          "blocks.{i}.attn.q_latent_norm.gain",     isShort      },
            { "model.layers.{i}.self_attn.q_b_proj.weight",               "blocks.{i}.attn.q.weight",               isShort      },
            { "model.layers.{i}.self_attn.q_proj.weight",                 "blocks.{i}.attn.q.weight",               !isShort     },
            { "model.layers.{i}.self_attn.kv_a_proj_with_mqa.weight",     "blocks.{i}.attn.kv_latent.weight",       source       },
            { "model.layers.{i}.self_attn.kv_a_proj_with_mqa.bias",       "blocks.{i}.attn.kv_latent.bias",         source, bias },
            { "model.layers.{i}.self_attn.kv_a_proj_with_mqa.weight",     "blocks.{i}.attn.k_rotated.weight",       key          },
            { "model.layers.{i}.self_attn.kv_a_proj_with_mqa.bias",       "blocks.{i}.attn.k_rotated.bias",         key, bias    },
            { "model.layers.{i}.self_attn.kv_a_layernorm.weight",         "blocks.{i}.attn.kv_latent_norm.gain"                  },
            { "model.layers.{i}.self_attn.kv_b_proj.weight",              "blocks.{i}.attn.k.weight",               plain        },
            { "model.layers.{i}.self_attn.kv_b_proj.weight",              "blocks.{i}.attn.v.weight",               values       },
            { "model.layers.{i}.self_attn.o_proj.weight",                 "blocks.{i}.attn.out.weight"                           },
            { "model.layers.{i}.self_attn.o_proj.bias",                   "blocks.{i}.attn.out.bias",               bias         },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",           WeightTable.Nothing                                    }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight",         "blocks.{i}.norm2.gain"                                },
            { "model.layers.{i}.mlp.gate_proj.weight",                    "blocks.{i}.mlp.gate.weight",             IsDense      },
            { "model.layers.{i}.mlp.up_proj.weight",                      "blocks.{i}.mlp.up.weight",               IsDense      },
            { "model.layers.{i}.mlp.down_proj.weight",                    "blocks.{i}.mlp.down.weight",             IsDense      },
            { "model.layers.{i}.mlp.gate.weight",                         "blocks.{i}.mlp.router.weight",           IsSparse     },
            { "model.layers.{i}.mlp.gate.e_score_correction_bias",        "blocks.{i}.mlp.router.correction",       IsSparse     },
            { "model.layers.{i}.mlp.experts.{j}.gate_proj.weight",        "blocks.{i}.mlp.experts.{j}.gate.weight", experts, IsSparse },
            { "model.layers.{i}.mlp.experts.{j}.up_proj.weight",          "blocks.{i}.mlp.experts.{j}.up.weight",   experts, IsSparse },
            { "model.layers.{i}.mlp.experts.{j}.down_proj.weight",        "blocks.{i}.mlp.experts.{j}.down.weight", experts, IsSparse },
            { "model.layers.{i}.mlp.shared_experts.gate_proj.weight",     "blocks.{i}.mlp.shared.gate.weight",      IsShared     },
            { "model.layers.{i}.mlp.shared_experts.up_proj.weight",       "blocks.{i}.mlp.shared.up.weight",        IsShared     },
            { "model.layers.{i}.mlp.shared_experts.down_proj.weight",     "blocks.{i}.mlp.shared.down.weight",      IsShared     },
            { "model.norm.weight",                                        "final_norm.gain"                                      },
            { "lm_head.weight",                                           "unembed.weight",                         !tied        },
            { $"model.layers.{hf.Count("num_hidden_layers")}.*",          WeightTable.Nothing,                      hf.OptionalCount("num_nextn_predict_layers") > 0 },
        };
    }

    private static (AttentionShape Shape, Mixer.Latent Latent) Latent(HfConfig hf)
    {
        var latent = new Mixer.Latent(hf.OptionalCount("q_lora_rank"), hf.Count("kv_lora_rank"), hf.Count("qk_nope_head_dim"), hf.Count("qk_rope_head_dim"), hf.Count("v_head_dim"));
        var (heads, dHead) = (hf.Count("num_attention_heads"), (long)latent.DPlain + latent.DRotated);
        if (latent.DValue > dHead) throw ModelException.Inconsistent(hf.Path, $"v_head_dim is {latent.DValue}", $"at most qk_nope_head_dim + qk_rope_head_dim, which is {dHead}");
        var most = int.MaxValue / 4 / heads;
        if (dHead > most || latent.DLatent > int.MaxValue / 4) throw ModelException.Inconsistent(hf.Path, $"a head has {dHead} numbers, the latent {latent.DLatent}", $"at most {most} with {heads} heads");
        return (new(heads, heads, (int)dHead), latent);
    }

    /// <summary>Factor on the softmax's scale: the square of yarn's temperature.</summary>
    private static double Sharpening(HfConfig hf)
    {
        if (hf.OptionalSection("rope_parameters", "rope_scaling") is not { } scaling || (scaling.OptionalText("rope_type", "type") ?? "default") == "default") return 1;
        var (all, factor) = (scaling.OptionalNumber("mscale_all_dim") ?? 0, scaling.OptionalNumber("factor") ?? 1);
        var temperature = all == 0 || factor <= 1 ? 1 : 0.1 * all * Math.Log(factor) + 1;
        return temperature * temperature;
    }
}
