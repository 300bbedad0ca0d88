using System.Text.Json;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>Converts a Hugging Face folder to GGUF as llama.cpp's converter does, written down a second time and the other way round: the oracle of what reads it back.</summary>
internal static class HfToGguf
{
    private static readonly (string Hf, string Gguf)[] Names =
    [
        ("model.embed_tokens.", "token_embd."), ("transformer.wte.", "token_embd."), ("transformer.wpe.", "position_embd."), ("model.norm.", "output_norm."), ("transformer.ln_f.", "output_norm."), ("lm_head.", "output."),
        ("model.layers.", "blk."), ("transformer.h.", "blk."), (".input_layernorm.", ".attn_norm."), (".ln_1.", ".attn_norm."), (".ln_2.", ".ffn_norm."),
        (".self_attn.q_proj.", ".attn_q."), (".self_attn.k_proj.", ".attn_k."), (".self_attn.v_proj.", ".attn_v."), (".self_attn.o_proj.", ".attn_output."), (".self_attn.qkv_proj.", ".attn_qkv."),
        (".self_attn.q_norm.", ".attn_q_norm."), (".self_attn.k_norm.", ".attn_k_norm."), (".attn.c_attn.", ".attn_qkv."), (".attn.c_proj.", ".attn_output."),
        (".pre_feedforward_layernorm.", ".ffn_norm."), (".post_feedforward_layernorm.", ".post_ffw_norm."),
        (".mlp.gate_proj.", ".ffn_gate."), (".mlp.up_proj.", ".ffn_up."), (".mlp.down_proj.", ".ffn_down."), (".mlp.gate_up_proj.", ".ffn_up."), (".mlp.c_fc.", ".ffn_up."), (".mlp.c_proj.", ".ffn_down."),
    ];

    /// <param name="folder">The folder.</param>
    /// <param name="architecture">llama.cpp's name of its kind.</param>
    /// <param name="tokenizer">Metadata of its tokenizer; null for none.</param>
    public static byte[] Convert(string folder, string architecture, Dictionary<string, object>? tokenizer = null)
    {
        using var checkpoint = Checkpoint.Open(folder);
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        var parts = checkpoint.Names.Select(name => Part(checkpoint.Read(name), name, architecture, config.RootElement)).ToList();
        var metadata = Metadata(architecture, config.RootElement, parts);
        foreach (var (key, value) in tokenizer ?? []) metadata[key] = value;
        return RawGguf.File(metadata, parts);
    }

    private static RawGguf.Part Part(Tensor tensor, string name, string architecture, JsonElement config)
    {
        var renamed = name.Replace(".post_attention_layernorm.", architecture is "gemma2" or "gemma3" ? ".post_attention_norm." : ".ffn_norm.", StringComparison.Ordinal);
        foreach (var (hf, gguf) in Names) renamed = renamed.Replace(hf, gguf, StringComparison.Ordinal);
        float[] values = tensor.Span<float>().ToArray();
        long[] shape = [.. tensor.Shape.ToArray().Select(size => (long)size)];
        if (architecture == "llama" && name.Contains(".q_proj.", StringComparison.Ordinal)) values = Neighbours(values, shape, Int(config, "num_attention_heads"));
        if (architecture == "llama" && name.Contains(".k_proj.", StringComparison.Ordinal)) values = Neighbours(values, shape, Int(config, "num_key_value_heads"));
        if (architecture.StartsWith("gemma", StringComparison.Ordinal) && name.EndsWith("norm.weight", StringComparison.Ordinal)) values = [.. values.Select(value => value + 1)];
        if (architecture == "gpt2" && shape.Length == 2 && name.Contains(".c_", StringComparison.Ordinal))
        {
            values = [.. Enumerable.Range(0, (int)shape[1]).SelectMany(column => Enumerable.Range(0, (int)shape[0]).Select(row => values[row * shape[1] + column]))];
            Array.Reverse(shape);
        }
        return new(renamed, RawGguf.F32, shape, Samples.Bytes(values));
    }

    /// <summary>reshape(heads, 2, pairs, ..).swapaxes(1, 2).</summary>
    private static float[] Neighbours(float[] values, long[] shape, int heads)
    {
        var columns = shape.Length == 1 ? 1 : (int)shape[1];
        var rows = values.Chunk(columns).ToArray();
        var pairs = rows.Length / heads / 2;
        return [.. Enumerable.Range(0, heads).SelectMany(head => Enumerable.Range(0, pairs).SelectMany(i => new[] { rows[head * 2 * pairs + i], rows[(head * 2 + 1) * pairs + i] })).SelectMany(row => row)];
    }

    private static Dictionary<string, object> Metadata(string a, JsonElement config, List<RawGguf.Part> parts)
    {
        var isGpt2 = a == "gpt2";
        var heads = Int(config, isGpt2 ? "n_head" : "num_attention_heads");
        var width = Int(config, isGpt2 ? "n_embd" : "hidden_size");
        var result = new Dictionary<string, object>
        {
            ["general.architecture"] = a,
            [$"{a}.block_count"] = Int(config, isGpt2 ? "n_layer" : "num_hidden_layers"),
            [$"{a}.context_length"] = Int(config, isGpt2 ? "n_positions" : "max_position_embeddings"),
            [$"{a}.embedding_length"] = width,
            [$"{a}.feed_forward_length"] = isGpt2 ? 4 * width : Int(config, "intermediate_size"),
            [$"{a}.attention.head_count"] = heads,
            [isGpt2 ? $"{a}.attention.layer_norm_epsilon" : $"{a}.attention.layer_norm_rms_epsilon"] = (float)config.GetProperty(isGpt2 ? "layer_norm_epsilon" : "rms_norm_eps").GetDouble(),
            ["tokenizer.ggml.bos_token_id"] = Int(config, "bos_token_id"),
            ["tokenizer.ggml.eos_token_id"] = Int(config, "eos_token_id"),
        };
        if (isGpt2) return result;
        result[$"{a}.attention.head_count_kv"] = Int(config, "num_key_value_heads");
        if (config.TryGetProperty("head_dim", out var dHead)) result[$"{a}.attention.key_length"] = result[$"{a}.attention.value_length"] = dHead.GetInt32();
        if (config.TryGetProperty("sliding_window", out var window) && window.ValueKind == JsonValueKind.Number) result[$"{a}.attention.sliding_window"] = window.GetInt32();
        foreach (var cap in new[] { "attn_logit_softcapping", "final_logit_softcapping" })
            if (config.TryGetProperty(cap, out var value) && value.ValueKind == JsonValueKind.Number) result[$"{a}.{cap}"] = (float)value.GetDouble();
        AddRotary(a, config.GetProperty("rope_parameters"), result, parts, dHead.ValueKind == JsonValueKind.Number ? dHead.GetInt32() : width / heads);
        return result;
    }

    private static void AddRotary(string a, JsonElement rope, Dictionary<string, object> result, List<RawGguf.Part> parts, int dHead)
    {
        if (rope.TryGetProperty("full_attention", out var full)) rope = full;
        var theta = rope.GetProperty("rope_theta").GetDouble();
        result[$"{a}.rope.freq_base"] = (float)theta;
        switch (rope.GetProperty("rope_type").GetString())
        {
            case "linear":
                result[$"{a}.rope.scaling.type"] = "linear";
                result[$"{a}.rope.scaling.factor"] = (float)rope.GetProperty("factor").GetDouble();
                break;
            case "llama3":
                var (factor, trained) = (rope.GetProperty("factor").GetDouble(), rope.GetProperty("original_max_position_embeddings").GetDouble());
                var (low, high) = (rope.GetProperty("low_freq_factor").GetDouble(), rope.GetProperty("high_freq_factor").GetDouble());
                parts.Add(new("rope_freqs.weight", RawGguf.F32, [dHead / 2], Samples.Bytes([.. Enumerable.Range(0, dHead / 2).Select(i =>
                {
                    var wave = 2 * Math.PI * Math.Pow(theta, 2.0 * i / dHead);
                    var smooth = (trained / wave - low) / (high - low);
                    return (float)(wave < trained / high ? 1 : wave > trained / low ? factor : 1 / ((1 - smooth) / factor + smooth));
                })])));
                break;
            case "longrope":
                result[$"{a}.rope.scaling.original_context_length"] = rope.GetProperty("original_max_position_embeddings").GetInt32();
                foreach (var kind in new[] { "long", "short" })
                {
                    float[] factors = [.. rope.GetProperty($"{kind}_factor").EnumerateArray().Select(value => (float)value.GetDouble())];
                    parts.Add(new($"rope_factors_{kind}.weight", RawGguf.F32, [factors.Length], Samples.Bytes(factors)));
                }
                break;
        }
    }

    private static int Int(JsonElement config, string key) => config.GetProperty(key).GetInt32();
}
