using static SaeSharp.Models.Checkpoints.Gguf.GgufLayout;

namespace SaeSharp.Models.Checkpoints.Gguf;

/// <summary>The architectures whose tensors and metadata are translated. Mirrors ggml-org/llama.cpp <c>convert_hf_to_gguf.py</c> and gguf-py's <c>tensor_mapping.py</c>.</summary>
internal static class GgufArchitectures
{
    /// <summary>Llama's names; most architectures share them.</summary>
    private static readonly Dictionary<string, (string, GgufLayout)> Plain = new(StringComparer.Ordinal)
    {
        ["token_embd.weight"] = ("model.embed_tokens.weight", Same),
        ["output_norm.weight"] = ("model.norm.weight", Same),
        ["output.weight"] = ("lm_head.weight", Same),
        ["blk.{i}.attn_norm.weight"] = ("model.layers.{i}.input_layernorm.weight", Same),
        ["blk.{i}.attn_q.weight"] = ("model.layers.{i}.self_attn.q_proj.weight", Same),
        ["blk.{i}.attn_q.bias"] = ("model.layers.{i}.self_attn.q_proj.bias", Same),
        ["blk.{i}.attn_k.weight"] = ("model.layers.{i}.self_attn.k_proj.weight", Same),
        ["blk.{i}.attn_k.bias"] = ("model.layers.{i}.self_attn.k_proj.bias", Same),
        ["blk.{i}.attn_v.weight"] = ("model.layers.{i}.self_attn.v_proj.weight", Same),
        ["blk.{i}.attn_v.bias"] = ("model.layers.{i}.self_attn.v_proj.bias", Same),
        ["blk.{i}.attn_output.weight"] = ("model.layers.{i}.self_attn.o_proj.weight", Same),
        ["blk.{i}.attn_output.bias"] = ("model.layers.{i}.self_attn.o_proj.bias", Same),
        ["blk.{i}.attn_q_norm.weight"] = ("model.layers.{i}.self_attn.q_norm.weight", Same),
        ["blk.{i}.attn_k_norm.weight"] = ("model.layers.{i}.self_attn.k_norm.weight", Same),
        ["blk.{i}.ffn_norm.weight"] = ("model.layers.{i}.post_attention_layernorm.weight", Same),
        ["blk.{i}.ffn_gate.weight"] = ("model.layers.{i}.mlp.gate_proj.weight", Same),
        ["blk.{i}.ffn_gate.bias"] = ("model.layers.{i}.mlp.gate_proj.bias", Same),
        ["blk.{i}.ffn_up.weight"] = ("model.layers.{i}.mlp.up_proj.weight", Same),
        ["blk.{i}.ffn_up.bias"] = ("model.layers.{i}.mlp.up_proj.bias", Same),
        ["blk.{i}.ffn_down.weight"] = ("model.layers.{i}.mlp.down_proj.weight", Same),
        ["blk.{i}.ffn_down.bias"] = ("model.layers.{i}.mlp.down_proj.bias", Same),
    };

    /// <summary>Only this architecture's heads rotate neighbours, so that its q and k were rearranged.</summary>
    private static readonly Dictionary<string, (string, GgufLayout)> Llama = With(Plain, new()
    {
        ["blk.{i}.attn_q.weight"] = ("model.layers.{i}.self_attn.q_proj.weight", QueryPairs),
        ["blk.{i}.attn_q.bias"] = ("model.layers.{i}.self_attn.q_proj.bias", QueryPairs),
        ["blk.{i}.attn_k.weight"] = ("model.layers.{i}.self_attn.k_proj.weight", KeyPairs),
        ["blk.{i}.attn_k.bias"] = ("model.layers.{i}.self_attn.k_proj.bias", KeyPairs),
        [GgufConfigs.Llama3Factors] = ("", ForConfig),
    });

    private static readonly Dictionary<string, (string, GgufLayout)> Gemma = With(Plain, new()
    {
        ["output_norm.weight"] = ("model.norm.weight", PlusOne),
        ["blk.{i}.attn_norm.weight"] = ("model.layers.{i}.input_layernorm.weight", PlusOne),
        ["blk.{i}.ffn_norm.weight"] = ("model.layers.{i}.post_attention_layernorm.weight", PlusOne),
    });

    private static readonly Dictionary<string, (string, GgufLayout)> Gemma2 = With(Gemma, new()
    {
        ["blk.{i}.post_attention_norm.weight"] = ("model.layers.{i}.post_attention_layernorm.weight", PlusOne),
        ["blk.{i}.ffn_norm.weight"] = ("model.layers.{i}.pre_feedforward_layernorm.weight", PlusOne),
        ["blk.{i}.post_ffw_norm.weight"] = ("model.layers.{i}.post_feedforward_layernorm.weight", PlusOne),
        ["blk.{i}.attn_q_norm.weight"] = ("model.layers.{i}.self_attn.q_norm.weight", PlusOne), // Gemma 3
        ["blk.{i}.attn_k_norm.weight"] = ("model.layers.{i}.self_attn.k_norm.weight", PlusOne),
    });

    private static readonly Dictionary<string, (string, GgufLayout)> Phi3 = With(Plain, new()
    {
        ["blk.{i}.attn_qkv.weight"] = ("model.layers.{i}.self_attn.qkv_proj.weight", Same),
        ["blk.{i}.ffn_up.weight"] = ("model.layers.{i}.mlp.gate_up_proj.weight", Same),
        [GgufConfigs.LongFactors] = ("", ForConfig),
        [GgufConfigs.ShortFactors] = ("", ForConfig),
    });

    private static readonly Dictionary<string, (string, GgufLayout)> Gpt2 = new(StringComparer.Ordinal)
    {
        ["token_embd.weight"] = ("transformer.wte.weight", Same),
        ["position_embd.weight"] = ("transformer.wpe.weight", Same),
        ["output_norm.weight"] = ("transformer.ln_f.weight", Same),
        ["output_norm.bias"] = ("transformer.ln_f.bias", Same),
        ["output.weight"] = ("lm_head.weight", Same),
        ["blk.{i}.attn_norm.weight"] = ("transformer.h.{i}.ln_1.weight", Same),
        ["blk.{i}.attn_norm.bias"] = ("transformer.h.{i}.ln_1.bias", Same),
        ["blk.{i}.attn_qkv.weight"] = ("transformer.h.{i}.attn.c_attn.weight", Transposed),
        ["blk.{i}.attn_qkv.bias"] = ("transformer.h.{i}.attn.c_attn.bias", Same),
        ["blk.{i}.attn_output.weight"] = ("transformer.h.{i}.attn.c_proj.weight", Transposed),
        ["blk.{i}.attn_output.bias"] = ("transformer.h.{i}.attn.c_proj.bias", Same),
        ["blk.{i}.ffn_norm.weight"] = ("transformer.h.{i}.ln_2.weight", Same),
        ["blk.{i}.ffn_norm.bias"] = ("transformer.h.{i}.ln_2.bias", Same),
        ["blk.{i}.ffn_up.weight"] = ("transformer.h.{i}.mlp.c_fc.weight", Transposed),
        ["blk.{i}.ffn_up.bias"] = ("transformer.h.{i}.mlp.c_fc.bias", Same),
        ["blk.{i}.ffn_down.weight"] = ("transformer.h.{i}.mlp.c_proj.weight", Transposed),
        ["blk.{i}.ffn_down.bias"] = ("transformer.h.{i}.mlp.c_proj.bias", Same),
    };

    private static readonly Dictionary<string, GgufArchitecture> Table = new GgufArchitecture[]
    {
        new("llama", GgufConfigs.Llama, Llama),
        new("qwen2", GgufConfigs.Qwen2, Plain),
        new("qwen3", GgufConfigs.Qwen3, Plain),
        new("gemma", GgufConfigs.Gemma, Gemma),
        new("gemma2", GgufConfigs.Gemma2, Gemma2),
        new("gemma3", GgufConfigs.Gemma3, Gemma2),
        new("phi3", GgufConfigs.Phi3, Phi3),
        new("gpt2", GgufConfigs.Gpt2, Gpt2),
    }.ToDictionary(architecture => architecture.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => Table.Keys;

    public static GgufArchitecture? Of(string name) => Table.GetValueOrDefault(name);

    private static Dictionary<string, (string, GgufLayout)> With(Dictionary<string, (string, GgufLayout)> rows, Dictionary<string, (string, GgufLayout)> changed)
    {
        var result = new Dictionary<string, (string, GgufLayout)>(rows, StringComparer.Ordinal);
        foreach (var (name, row) in changed) result[name] = row;
        return result;
    }
}
