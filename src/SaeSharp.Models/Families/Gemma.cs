using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Gemma 1 and CodeGemma: models of <c>GemmaForCausalLM</c>.</summary>
/// <remarks>
/// Gemma Team 2024, arXiv:2403.08295. Mirrors huggingface/transformers <c>models/gemma/modeling_gemma.py</c>.
/// Quirks: gains are stored less one; embeddings are scaled by √dModel, rounded to the type that computes; <c>"gelu"</c> under <c>hidden_act</c> means its tanh form.
/// </remarks>
[TransformerFamily("gemma")]
public sealed class Gemma : TransformerFamily
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
            Weighing = new AttentionSpec(shape.Scale),
            Norm = new Norm.Rms(hf.Number("rms_norm_eps")),
            Positions = rotary,
            Mlp = new Mlp.Gated(hf.Count("intermediate_size"), Activation(hf)),
            EmbeddingScale = Math.Sqrt(hf.Count("hidden_size")),
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
            // in the checkpoint                                  in our model                how, where
            { "model.embed_tokens.weight",                        "embed.tokens",             !tied           },
            { ["model.embed_tokens.weight", "lm_head.weight"],    "embed.tokens",             tied            },
            { "model.layers.{i}.input_layernorm.weight",          "blocks.{i}.norm1.gain",    Stored.AboveOne },
            { "model.layers.{i}.self_attn.q_proj.weight",         "blocks.{i}.attn.q.weight"                  },
            { "model.layers.{i}.self_attn.q_proj.bias",           "blocks.{i}.attn.q.bias",   bias            },
            { "model.layers.{i}.self_attn.k_proj.weight",         "blocks.{i}.attn.k.weight"                  },
            { "model.layers.{i}.self_attn.k_proj.bias",           "blocks.{i}.attn.k.bias",   bias            },
            { "model.layers.{i}.self_attn.v_proj.weight",         "blocks.{i}.attn.v.weight"                  },
            { "model.layers.{i}.self_attn.v_proj.bias",           "blocks.{i}.attn.v.bias",   bias            },
            { "model.layers.{i}.self_attn.o_proj.weight",         "blocks.{i}.attn.out.weight"                },
            { "model.layers.{i}.self_attn.o_proj.bias",           "blocks.{i}.attn.out.bias", bias            },
            { "model.layers.{i}.self_attn.rotary_emb.inv_freq",   WeightTable.Nothing                         }, // computed from the config
            { "model.layers.{i}.post_attention_layernorm.weight", "blocks.{i}.norm2.gain",    Stored.AboveOne },
            { "model.layers.{i}.mlp.gate_proj.weight",            "blocks.{i}.mlp.gate.weight"                },
            { "model.layers.{i}.mlp.up_proj.weight",              "blocks.{i}.mlp.up.weight"                  },
            { "model.layers.{i}.mlp.down_proj.weight",            "blocks.{i}.mlp.down.weight"                },
            { "model.norm.weight",                                "final_norm.gain",          Stored.AboveOne },
            { "lm_head.weight",                                   "unembed.weight",           !tied           },
        };
    }

    /// <summary>First configs say "gelu" and mean what the models were trained with.</summary>
    private static Activation Activation(HfConfig hf)
    {
        var name = hf.OptionalText("hidden_activation") ?? (hf.OptionalText("hidden_act") is { } act and not "gelu" ? act : "gelu_pytorch_tanh");
        return HfKeys.ActivationNamed(hf, name);
    }
}
