using System.Text.Json.Nodes;

namespace SaeSharp.Models.Checkpoints.Gguf;

/// <summary>Hugging Face configs from the metadata of each architecture. What llama.cpp writes into its program instead of the file stands here as constants.</summary>
internal static class GgufConfigs
{
    public const string Llama3Factors = "rope_freqs.weight", LongFactors = "rope_factors_long.weight", ShortFactors = "rope_factors_short.weight";

    private const int Gemma2LargeLayers = 46, Gemma3LargeLayers = 62, Gemma3Pattern = 6;
    private const double Gemma2ScoreCap = 50, Gemma2LogitCap = 30, Gemma3LocalBase = 10_000;

    private static readonly string[] EndKeys = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"];

    public static JsonObject Llama(GgufMetadata file)
    {
        if (file.OptionalCount(".expert_count") is > 0 and var experts)
            throw FileException.Unsupported(file.Path, "llama.expert_count", $"it is {experts}: a mixture of experts", "Use the model's Hugging Face folder.");
        var config = Gated(file, "llama", "silu");
        RequireWholeHeads(file);
        config["attention_bias"] = file.HasTensor("blk.0.attn_q.bias");
        config["mlp_bias"] = file.HasTensor("blk.0.ffn_gate.bias");
        config["rope_parameters"] = GgufRotary.Scaled(file);
        return config;
    }

    public static JsonObject Qwen2(GgufMetadata file)
    {
        var config = Gated(file, "qwen2", "silu");
        config["use_sliding_window"] = false;
        config["rope_parameters"] = GgufRotary.Scaled(file);
        return config;
    }

    public static JsonObject Qwen3(GgufMetadata file)
    {
        var config = Qwen2(file);
        config["model_type"] = "qwen3";
        config["attention_bias"] = false;
        return config;
    }

    public static JsonObject Gemma(GgufMetadata file)
    {
        var config = Gated(file, "gemma", "gelu_pytorch_tanh");
        config["tie_word_embeddings"] = !file.HasTensor("output.weight");
        config["rope_parameters"] = GgufRotary.Scaled(file);
        return config;
    }

    public static JsonObject Gemma2(GgufMetadata file)
    {
        var config = Windowed(file, "gemma2", Gemma2LargeLayers, pattern: 2);
        config["attn_logit_softcapping"] = file.OptionalNumber(".attn_logit_softcapping") ?? Gemma2ScoreCap;
        config["final_logit_softcapping"] = file.OptionalNumber(".final_logit_softcapping") ?? Gemma2LogitCap;
        config["rope_parameters"] = GgufRotary.Scaled(file);
        return config;
    }

    public static JsonObject Gemma3(GgufMetadata file)
    {
        var config = Windowed(file, "gemma3_text", Gemma3LargeLayers, Gemma3Pattern);
        if (file.OptionalNumber(".final_logit_softcapping") is { } cap) config["final_logit_softcapping"] = cap;
        config["rope_parameters"] = new JsonObject
        {
            ["full_attention"] = GgufRotary.Scaled(file),
            ["sliding_attention"] = new JsonObject { ["rope_type"] = "default", ["rope_theta"] = file.OptionalNumber(".rope.freq_base_swa") ?? Gemma3LocalBase },
        };
        return config;
    }

    public static JsonObject Phi3(GgufMetadata file)
    {
        var config = Gated(file, "phi3", "silu");
        config.Remove("head_dim"); // Phi-3's heads always share the width
        var trained = file.OptionalCount(".rope.scaling.original_context_length") ?? file.Count(".context_length");
        config["original_max_position_embeddings"] = trained;
        if (file.OptionalCount(".attention.sliding_window") is > 0 and var window) config["sliding_window"] = window;
        var rotary = file.HasTensor(LongFactors) ? GgufRotary.Long(file, trained) : GgufRotary.Scaled(file);
        rotary["partial_rotary_factor"] = (file.OptionalCount(".rope.dimension_count") ?? file.HeadWidth) / (double)file.HeadWidth;
        config["rope_parameters"] = rotary;
        return config;
    }

    public static JsonObject Gpt2(GgufMetadata file)
    {
        var config = new JsonObject
        {
            ["model_type"] = "gpt2",
            ["n_layer"] = file.Count(".block_count"),
            ["n_embd"] = file.Count(".embedding_length"),
            ["n_head"] = file.Heads,
            ["n_positions"] = file.Count(".context_length"),
            ["n_inner"] = file.Count(".feed_forward_length"),
            ["layer_norm_epsilon"] = file.Number(".attention.layer_norm_epsilon"),
            ["activation_function"] = "gelu_new",
            ["vocab_size"] = file.Rows("token_embd.weight"),
            ["tie_word_embeddings"] = !file.HasTensor("output.weight"),
        };
        AddIds(file, config);
        return config;
    }

    /// <summary>What all families with gated MLPs and RMS norms share.</summary>
    private static JsonObject Gated(GgufMetadata file, string modelType, string activation)
    {
        var config = new JsonObject
        {
            ["model_type"] = modelType,
            ["num_hidden_layers"] = file.Count(".block_count"),
            ["hidden_size"] = file.Count(".embedding_length"),
            ["intermediate_size"] = file.Count(".feed_forward_length"),
            ["num_attention_heads"] = file.Heads,
            ["num_key_value_heads"] = file.KeyHeads,
            ["head_dim"] = file.HeadWidth,
            ["rms_norm_eps"] = file.Number(".attention.layer_norm_rms_epsilon"),
            ["max_position_embeddings"] = file.Count(".context_length"),
            ["vocab_size"] = file.Rows("token_embd.weight"),
            ["hidden_act"] = activation,
            ["hidden_activation"] = activation,
            ["tie_word_embeddings"] = !file.HasTensor("output.weight"),
        };
        if (file.OptionalCount(".attention.value_length") is { } values && values != file.HeadWidth)
            throw FileException.Unsupported(file.Path, ".attention.value_length", $"it is {values}, while keys have {file.HeadWidth}", "Heads with values of another width cannot be run yet.");
        AddIds(file, config);
        return config;
    }

    /// <summary>Gemma 2 and 3: windows on all but every <paramref name="pattern"/>-th layer; the largest model alone scales scores by its width per head.</summary>
    private static JsonObject Windowed(GgufMetadata file, string modelType, int largeLayers, int pattern)
    {
        var config = Gated(file, modelType, "gelu_pytorch_tanh");
        var (layers, width) = (file.Count(".block_count"), file.Count(".embedding_length"));
        if (layers > 10_000) throw FileException.Unsupported(file.Path, ".block_count", $"it is {layers}, expected at most 10000", "Check that the file is complete.");
        config["query_pre_attn_scalar"] = layers == largeLayers ? width / (double)Math.Max(file.Heads, 1) : file.HeadWidth;
        config["sliding_window"] = file.Count(".attention.sliding_window");
        const string Pattern = ".attention.sliding_window_pattern";
        var windows = file.OptionalFlags(Pattern) ?? Every(layers, file.Has(Pattern) ? Math.Max(file.Count(Pattern), 1) : pattern);
        config["layer_types"] = new JsonArray([.. windows.Select(slides => (JsonNode)(slides ? "sliding_attention" : "full_attention"))]);
        return config;
    }

    private static bool[] Every(int layers, int pattern) => [.. Enumerable.Range(1, layers).Select(layer => layer % pattern != 0)];

    private static void AddIds(GgufMetadata file, JsonObject config)
    {
        if (file.OptionalCount("tokenizer.ggml.bos_token_id") is { } begin) config["bos_token_id"] = begin;
        int[] ends = [.. EndKeys.Select(file.OptionalCount).OfType<int>().Distinct()];
        if (ends.Length > 0) config["eos_token_id"] = new JsonArray([.. ends.Select(id => (JsonNode)id)]);
    }

    private static void RequireWholeHeads(GgufMetadata file)
    {
        if (file.OptionalCount(".rope.dimension_count") is { } rotated && rotated != file.HeadWidth)
            throw FileException.Unsupported(file.Path, ".rope.dimension_count", $"it is {rotated}, while heads have {file.HeadWidth}", "Llama models that rotate part of a head cannot be run yet.");
    }
}
