using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>The dense text models of Qwen 3.5: <c>Qwen3_5ForCausalLM</c>.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/qwen3_5/modeling_qwen3_5.py</c>.
/// Quirks: three layers of gated delta nets (arXiv:2412.06464), then one of attention behind a gate (arXiv:2505.06708), whose rows alternate with the queries' head by
/// head; a quarter of a head is rotated; gains are stored as what they are above 1, but for the norm inside the delta net. The three rows of <c>mrope_section</c> are
/// equal for text.
/// </remarks>
[TransformerFamily("qwen3_5_text")]
public sealed class Qwen35 : TransformerFamily
{
    private const double RotatedShare = 0.25;

    public override TransformerSpec Describe(HfConfig hf) => Describe(hf, new Mlp.Gated(hf.Count("intermediate_size"), HfKeys.Activation(hf)));

    /// <summary>The same with other MLPs.</summary>
    internal static TransformerSpec Describe(HfConfig hf, PerLayer<Mlp> mlp)
    {
        var shape = HfKeys.Attention(hf);
        var rotary = HfRotary.Of(hf, shape.DHead, RotatedShare);
        var norm = new Norm.Rms(hf.Number("rms_norm_eps"));
        var isLinear = HfDeltaNet.LinearLayers(hf);
        var (linear, full) = (HfDeltaNet.Of(hf), new Mixer.Attention());
        return new()
        {
            Layers = hf.Count("num_hidden_layers"),
            DModel = hf.Count("hidden_size"),
            DVocab = hf.Count("vocab_size"),
            Context = HfRotary.Context(hf, rotary),
            Mixer = new(layer => isLinear(layer) ? linear : full),
            Attention = shape,
            Weighing = new AttentionSpec(shape.Scale, 0),
            HeadNorm = new HeadNorm.Shared(norm),
            Norm = norm,
            Positions = new(layer => isLinear(layer) ? new Positions.None() : rotary),
            Mlp = mlp,
            TiedUnembedding = hf.OptionalFlag("tie_word_embeddings") ?? false,
            EosIds = hf.Ids("eos_token_id"),
        };
    }

    public override WeightTable Weights(HfConfig hf)
    {
        var table = Mixing(hf);
        table.Add("model.layers.{i}.mlp.gate_proj.weight", "blocks.{i}.mlp.gate.weight");
        table.Add("model.layers.{i}.mlp.up_proj.weight", "blocks.{i}.mlp.up.weight");
        table.Add("model.layers.{i}.mlp.down_proj.weight", "blocks.{i}.mlp.down.weight");
        return table;
    }

    /// <summary>All rows but those of the MLPs.</summary>
    internal static WeightTable Mixing(HfConfig hf)
    {
        var (shape, bias, tied) = (HfKeys.Attention(hf), hf.OptionalFlag("attention_bias") ?? false, hf.OptionalFlag("tie_word_embeddings") ?? false);
        var (queries, gates) = (HfDeltaNet.Queries(shape), HfDeltaNet.Gates(shape));
        var isLinear = HfDeltaNet.LinearLayers(hf);
        bool IsFull(int layer) => !isLinear(layer);
        bool IsBiased(int layer) => bias && !isLinear(layer);
        return new("model.", "")
        {
            // in the checkpoint                                    in our model                    how, where
            { "model.embed_tokens.weight",                          "embed.tokens",                 !tied           },
            { ["model.embed_tokens.weight", "lm_head.weight"],      "embed.tokens",                 tied            },
            { "model.layers.{i}.input_layernorm.weight",            "blocks.{i}.norm1.gain",        Stored.AboveOne },
            { "model.layers.{i}.linear_attn.in_proj_qkv.weight",    "blocks.{i}.linear.in.weight",  isLinear        },
            { "model.layers.{i}.linear_attn.in_proj_z.weight",      "blocks.{i}.linear.z.weight",   isLinear        },
            { "model.layers.{i}.linear_attn.in_proj_b.weight",      "blocks.{i}.linear.b.weight",   isLinear        },
            { "model.layers.{i}.linear_attn.in_proj_a.weight",      "blocks.{i}.linear.a.weight",   isLinear        },
            { "model.layers.{i}.linear_attn.conv1d.weight",         "blocks.{i}.linear.conv",       isLinear        },
            { "model.layers.{i}.linear_attn.A_log",                 "blocks.{i}.linear.a_log",      isLinear        },
            { "model.layers.{i}.linear_attn.dt_bias",               "blocks.{i}.linear.dt_bias",    isLinear        },
            { "model.layers.{i}.linear_attn.norm.weight",           "blocks.{i}.linear.norm.gain",  isLinear        },
            { "model.layers.{i}.linear_attn.out_proj.weight",       "blocks.{i}.linear.out.weight", isLinear        },
            { "model.layers.{i}.self_attn.q_proj.weight",           "blocks.{i}.attn.q.weight",     IsFull, queries },
            { "model.layers.{i}.self_attn.q_proj.weight",           "blocks.{i}.attn.gate.weight",  IsFull, gates   },
            { "model.layers.{i}.self_attn.q_proj.bias",             "blocks.{i}.attn.q.bias",       IsBiased, queries },
            { "model.layers.{i}.self_attn.q_proj.bias",             "blocks.{i}.attn.gate.bias",    IsBiased, gates },
            { "model.layers.{i}.self_attn.k_proj.weight",           "blocks.{i}.attn.k.weight",     IsFull          },
            { "model.layers.{i}.self_attn.k_proj.bias",             "blocks.{i}.attn.k.bias",       IsBiased        },
            { "model.layers.{i}.self_attn.v_proj.weight",           "blocks.{i}.attn.v.weight",     IsFull          },
            { "model.layers.{i}.self_attn.v_proj.bias",             "blocks.{i}.attn.v.bias",       IsBiased        },
            { "model.layers.{i}.self_attn.o_proj.weight",           "blocks.{i}.attn.out.weight",   IsFull          },
            { "model.layers.{i}.self_attn.o_proj.bias",             "blocks.{i}.attn.out.bias",     IsBiased        },
            { "model.layers.{i}.self_attn.q_norm.weight",           "blocks.{i}.attn.q_norm.gain",  IsFull, Stored.AboveOne },
            { "model.layers.{i}.self_attn.k_norm.weight",           "blocks.{i}.attn.k_norm.gain",  IsFull, Stored.AboveOne },
            { "model.layers.{i}.post_attention_layernorm.weight",   "blocks.{i}.norm2.gain",        Stored.AboveOne },
            { "model.norm.weight",                                  "final_norm.gain",              Stored.AboveOne },
            { "lm_head.weight",                                     "unembed.weight",               !tied           },
            { "mtp.*",                                              WeightTable.Nothing                             }, // predicts further tokens, in training
        };
    }
}
