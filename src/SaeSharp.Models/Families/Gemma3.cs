using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>The text models of Gemma 3: <c>Gemma3ForCausalLM</c>.</summary>
/// <remarks>
/// Gemma Team 2025, arXiv:2503.19786. Mirrors huggingface/transformers <c>models/gemma3/modeling_gemma3.py</c>.
/// Quirks beside those of <see cref="Gemma2"/>: heads are normed, scores not capped; five layers with a window and a base of their own, then one without and with the scaling.
/// </remarks>
[TransformerFamily("gemma3_text")]
public sealed class Gemma3 : TransformerFamily
{
    private const double FullBase = 1_000_000, LocalBase = 10_000;

    public override TransformerSpec Describe(HfConfig hf)
    {
        var shape = HfKeys.Attention(hf);
        var norm = new Norm.Rms(hf.Number("rms_norm_eps"));
        var (full, local) = (HfRotary.OfType(hf, "full_attention", shape.DHead, FullBase), Local(hf, shape.DHead));
        var scale = 1 / Math.Sqrt(hf.OptionalNumber("query_pre_attn_scalar") ?? shape.DHead);
        var softCap = hf.OptionalNumber("attn_logit_softcapping") ?? 0;
        var pattern = hf.OptionalCount("sliding_window_pattern", "_sliding_window_pattern") ?? 6;
        var slides = HfKeys.Slides(hf, layer => (layer + 1) % pattern != 0);
        var window = hf.OptionalCount("sliding_window") ?? 0;
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, full),
            Attention = shape,
            Weighing = new(layer => new AttentionSpec(scale, slides(layer) ? window : 0, softCap)),
            HeadNorm = new HeadNorm.Shared(norm),
            Norm = norm,
            Positions = new(layer => slides(layer) ? local : full),
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf, "hidden_activation", "hidden_act")),
            EmbeddingScale = Math.Sqrt(hf.Count("hidden_size")),
            LogitSoftCap = hf.OptionalNumber("final_logit_softcapping") ?? 0,
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? true,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var bias = hf.OptionalFlag("attention_bias") ?? false;
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? true;
        return new("model.", "")
        {
            // in the checkpoint                                    in our model                   how, where
            { "model.embed_tokens.weight",                          "embed.tokens",                !tied           },
            { ["model.embed_tokens.weight", "lm_head.weight"],      "embed.tokens",                tied            },
            { "model.layers.{i}.input_layernorm.weight",            "blocks.{i}.norm1.gain",       Stored.AboveOne },
            { "model.layers.{i}.self_attn.q_proj.weight",           "blocks.{i}.attn.q.weight"                     },
            { "model.layers.{i}.self_attn.q_proj.bias",             "blocks.{i}.attn.q.bias",      bias            },
            { "model.layers.{i}.self_attn.k_proj.weight",           "blocks.{i}.attn.k.weight"                     },
            { "model.layers.{i}.self_attn.k_proj.bias",             "blocks.{i}.attn.k.bias",      bias            },
            { "model.layers.{i}.self_attn.v_proj.weight",           "blocks.{i}.attn.v.weight"                     },
            { "model.layers.{i}.self_attn.v_proj.bias",             "blocks.{i}.attn.v.bias",      bias            },
            { "model.layers.{i}.self_attn.o_proj.weight",           "blocks.{i}.attn.out.weight"                   },
            { "model.layers.{i}.self_attn.o_proj.bias",             "blocks.{i}.attn.out.bias",    bias            },
            { "model.layers.{i}.self_attn.q_norm.weight",           "blocks.{i}.attn.q_norm.gain", Stored.AboveOne },
            { "model.layers.{i}.self_attn.k_norm.weight",           "blocks.{i}.attn.k_norm.gain", Stored.AboveOne },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",     WeightTable.Nothing                            }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight",   "blocks.{i}.post1.gain",       Stored.AboveOne },
            { "model.layers.{i}.pre_feedforward_layernorm.weight",  "blocks.{i}.norm2.gain",       Stored.AboveOne },
            { "model.layers.{i}.mlp.gate_proj.weight",              "blocks.{i}.mlp.gate.weight"                   },
            { "model.layers.{i}.mlp.up_proj.weight",                "blocks.{i}.mlp.up.weight"                     },
            { "model.layers.{i}.mlp.down_proj.weight",              "blocks.{i}.mlp.down.weight"                   },
            { "model.layers.{i}.post_feedforward_layernorm.weight", "blocks.{i}.post2.gain",       Stored.AboveOne },
            { "model.norm.weight",                                  "final_norm.gain",             Stored.AboveOne },
            { "lm_head.weight",                                     "unembed.weight",              !tied           },
        };
    }

    /// <summary>Layers with a window: a base of their own and no scaling.</summary>
    private static Positions.Rotary Local(HfConfig hf, int dHead) => hf.Has("rope_parameters.sliding_attention")
        ? HfRotary.OfType(hf, "sliding_attention", dHead, LocalBase)
        : HfRotary.Plain(hf.OptionalNumber("rope_local_base_freq") ?? LocalBase, dHead);
}
