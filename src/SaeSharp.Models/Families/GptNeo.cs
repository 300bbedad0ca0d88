using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>GPT-Neo, and TinyStories in its first sizes: models of <c>GPTNeoForCausalLM</c>.</summary>
/// <remarks>
/// Black et al. 2021, doi:10.5281/zenodo.5297715. Mirrors huggingface/transformers <c>models/gpt_neo/modeling_gpt_neo.py</c>.
/// Quirks: scores are not scaled; layers with a window take turns with layers without, listed in <c>attention_layers</c> or, shorter, in <c>attention_types</c>.
/// </remarks>
[TransformerFamily("gpt_neo")]
public sealed class GptNeo : TransformerFamily
{
    public override TransformerSpec Describe(HfConfig hf)
    {
        var width = hf.Count("hidden_size");
        var window = hf.Count("window_size");
        var kinds = hf.OptionalTexts("attention_layers") ?? hf.OptionalPattern("attention_types", hf.Count("num_layers")) ?? ["global", "local"];
        if (kinds.FirstOrDefault(kind => kind is not ("global" or "local")) is { } other)
            throw FileException.Unsupported(hf.Path, "attention_layers", $"it has '{other}', expected 'global' or 'local'", "This kind of layer cannot be run yet.");
        if (hf.Has("attention_layers")) HfKeys.RequireLayers(hf, "attention_layers", kinds.Length);
        return new()
        {
            Layers = hf.Count("num_layers"),
            DModel = width,
            DVocab = hf.Count("vocab_size"),
            Context = hf.Count("max_position_embeddings"),
            Attention = HfKeys.Attention(hf, null),
            Weighing = new(layer => new AttentionSpec(1, kinds[layer % kinds.Length] == "local" ? window : 0)),
            Norm = new Norm.Layer(hf.Number("layer_norm_epsilon")),
            Positions = new Positions.Learned(),
            Mlp = new Mlp.Plain(hf.OptionalCount("intermediate_size") ?? 4 * width, HfKeys.Activation(hf, "activation_function")),
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? true,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var tied = hf.OptionalFlag("tie_word_embeddings") ?? true;
        return new("transformer.", "")
        {
            // in the checkpoint                                  in our model                where
            { "transformer.wte.weight",                           "embed.tokens",             !tied },
            { ["transformer.wte.weight", "lm_head.weight"],       "embed.tokens",             tied  },
            { "transformer.wpe.weight",                           "embed.positions"                 },
            { "transformer.h.{i}.ln_1.weight",                    "blocks.{i}.norm1.gain"           },
            { "transformer.h.{i}.ln_1.bias",                      "blocks.{i}.norm1.bias"           },
            { "transformer.h.{i}.attn.attention.q_proj.weight",   "blocks.{i}.attn.q.weight"        },
            { "transformer.h.{i}.attn.attention.k_proj.weight",   "blocks.{i}.attn.k.weight"        },
            { "transformer.h.{i}.attn.attention.v_proj.weight",   "blocks.{i}.attn.v.weight"        },
            { "transformer.h.{i}.attn.attention.out_proj.weight", "blocks.{i}.attn.out.weight"      },
            { "transformer.h.{i}.attn.attention.out_proj.bias",   "blocks.{i}.attn.out.bias"        },
            { "transformer.h.{i}.attn.attention.bias",            WeightTable.Nothing               }, // causal masks
            { "transformer.h.{i}.attn.attention.masked_bias",     WeightTable.Nothing               },
            { "transformer.h.{i}.ln_2.weight",                    "blocks.{i}.norm2.gain"           },
            { "transformer.h.{i}.ln_2.bias",                      "blocks.{i}.norm2.bias"           },
            { "transformer.h.{i}.mlp.c_fc.weight",                "blocks.{i}.mlp.up.weight"        },
            { "transformer.h.{i}.mlp.c_fc.bias",                  "blocks.{i}.mlp.up.bias"          },
            { "transformer.h.{i}.mlp.c_proj.weight",              "blocks.{i}.mlp.down.weight"      },
            { "transformer.h.{i}.mlp.c_proj.bias",                "blocks.{i}.mlp.down.bias"        },
            { "transformer.ln_f.weight",                          "final_norm.gain"                 },
            { "transformer.ln_f.bias",                            "final_norm.bias"                 },
            { "lm_head.weight",                                   "unembed.weight",           !tied },
        };
    }
}
