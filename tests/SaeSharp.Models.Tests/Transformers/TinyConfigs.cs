using SaeSharp.Models.Families;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>A small config for every family, and for its variants; all have 37 tokens, 3 layers or fewer, and sequences of 40.</summary>
internal static class TinyConfigs
{
    private const string Width = "\"vocab_size\": 37, \"hidden_size\": 24, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"max_position_embeddings\": 40, \"eos_token_id\": 5";
    private const string Gated = $"{Width}, \"intermediate_size\": 20, \"num_key_value_heads\": 2, \"hidden_act\": \"silu\", \"rms_norm_eps\": 0.001, \"rope_theta\": 100.0";
    private const string Gpt = "\"vocab_size\": 37, \"n_embd\": 24, \"n_layer\": 2, \"n_head\": 4, \"n_positions\": 40, \"layer_norm_epsilon\": 0.001, \"activation_function\": \"gelu_new\"";
    private const string Scaled = "\"rope_scaling\": {\"factor\": 4.0, \"original_max_position_embeddings\": 16, \"rope_type\"";

    private const string Sparse = $"{Gated}, \"num_experts\": 4, \"num_local_experts\": 4, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 12, \"shared_expert_intermediate_size\": 14";
    private const string Linear = "\"num_hidden_layers\": 3, \"full_attention_interval\": 2, \"head_dim\": 16, \"linear_num_key_heads\": 2, \"linear_num_value_heads\": 4, \"linear_key_head_dim\": 5, \"linear_value_head_dim\": 7, \"linear_conv_kernel_dim\": 3";

    private const string Latent = $"{Sparse}, \"n_routed_experts\": 6, \"num_experts\": 6, \"num_local_experts\": 6, \"n_shared_experts\": 2, \"n_group\": 3, \"topk_group\": 2, \"num_experts_per_tok\": 3, \"first_k_dense_replace\": 1, \"routed_scaling_factor\": 1.4, \"kv_lora_rank\": 11, \"qk_nope_head_dim\": 5, \"qk_rope_head_dim\": 6, \"v_head_dim\": 7";

    private static readonly Dictionary<string, string> All = new()
    {
        ["cohere2"] = $"{Width}, \"num_hidden_layers\": 3, \"intermediate_size\": 20, \"num_key_value_heads\": 2, \"hidden_act\": \"silu\", \"layer_norm_eps\": 0.001, \"sliding_window\": 5, \"sliding_window_pattern\": 2, \"logit_scale\": 0.5",
        ["deepseek_v3"] = $"{Latent}, \"q_lora_rank\": 9, \"attention_bias\": true, {Scaled}: \"yarn\", \"mscale\": 1.0, \"mscale_all_dim\": 0.7}}",
        ["deepseek_v3, halves"] = $"{Latent}, \"norm_topk_prob\": false, \"rope_interleave\": false, \"n_shared_experts\": 0, \"num_nextn_predict_layers\": 1, \"tie_word_embeddings\": true",
        ["falcon"] = $"{Width}, \"layer_norm_epsilon\": 0.001, \"multi_query\": true, \"bias\": false",
        ["falcon, key heads"] = $"{Width}, \"layer_norm_epsilon\": 0.001, \"new_decoder_architecture\": true, \"num_kv_heads\": 2, \"bias\": true, \"tie_word_embeddings\": false",
        ["falcon, one norm"] = $"{Width}, \"layer_norm_epsilon\": 0.001, \"new_decoder_architecture\": true, \"num_kv_heads\": 2, \"num_ln_in_parallel_attn\": 1",
        ["falcon, sequential"] = $"{Width}, \"layer_norm_epsilon\": 0.001, \"multi_query\": false, \"parallel_attn\": false",
        ["gemma"] = $"{Gated}, \"hidden_act\": \"gelu\", \"head_dim\": 10",
        ["gemma2"] = $"{Gated}, \"hidden_activation\": \"gelu_pytorch_tanh\", \"head_dim\": 10, \"query_pre_attn_scalar\": 16, \"sliding_window\": 5, \"attn_logit_softcapping\": 6.0, \"final_logit_softcapping\": 8.0",
        ["gemma3"] = $"\"text_config\": {{{Gated}, \"head_dim\": 10, \"sliding_window\": 5, \"sliding_window_pattern\": 2, \"rope_local_base_freq\": 20.0}}",
        ["gemma3_text"] = $"{Gated}, \"hidden_activation\": \"gelu_pytorch_tanh\", \"head_dim\": 10, \"query_pre_attn_scalar\": 16, \"sliding_window\": 5, \"sliding_window_pattern\": 2, \"rope_local_base_freq\": 20.0, \"rope_scaling\": {{\"rope_type\": \"linear\", \"factor\": 8.0}}",
        ["glm4"] = $"{Gated}, \"head_dim\": 12, \"attention_bias\": true",
        ["gpt2"] = $"{Gpt}, \"n_inner\": null",
        ["gpt2, scaled by layer"] = $"{Gpt}, \"n_inner\": 20, \"scale_attn_by_inverse_layer_idx\": true",
        ["gpt_neo"] = "\"vocab_size\": 37, \"hidden_size\": 24, \"num_layers\": 2, \"num_heads\": 4, \"intermediate_size\": 20, \"window_size\": 5, \"max_position_embeddings\": 40, \"layer_norm_epsilon\": 0.001, \"activation_function\": \"gelu_new\", \"attention_types\": [[[\"global\", \"local\"], 1]]",
        ["gpt_neox"] = $"{Width}, \"intermediate_size\": 20, \"hidden_act\": \"gelu\", \"layer_norm_eps\": 0.001, \"rotary_pct\": 0.34",
        ["gpt_neox, sequential"] = $"{Width}, \"intermediate_size\": 20, \"hidden_act\": \"gelu\", \"layer_norm_eps\": 0.001, \"rotary_pct\": 0.34, \"use_parallel_residual\": false",
        ["gpt_oss"] = $"{Sparse}, \"head_dim\": 10, \"sliding_window\": 5, \"swiglu_limit\": 0.5, {Scaled}: \"yarn\", \"truncate\": false}}",
        ["gpt_oss, packed"] = $"{Sparse}, \"hidden_size\": 32, \"intermediate_size\": 32",
        ["gptj"] = $"{Gpt}, \"rotary_dim\": 4",
        ["granite"] = $"{Gated}, \"attention_multiplier\": 0.25, \"embedding_multiplier\": 1.75, \"residual_multiplier\": 0.6, \"logits_scaling\": 2.0",
        ["llama"] = $"{Gated}, \"attention_bias\": true, \"mlp_bias\": true",
        ["llama, dynamic"] = $"{Gated}, \"max_position_embeddings\": 24, \"rope_scaling\": {{\"type\": \"dynamic\", \"factor\": 2.0}}",
        ["llama, llama3"] = $"{Gated}, {Scaled}: \"llama3\", \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0}}, \"tie_word_embeddings\": true",
        ["llama, yarn"] = $"{Gated}, {Scaled}: \"yarn\"}}",
        ["mistral"] = $"{Gated}, \"sliding_window\": 5",
        ["mixtral"] = Sparse,
        ["olmo2"] = Gated,
        ["olmo3"] = $"{Gated}, \"sliding_window\": 5, \"layer_types\": [\"sliding_attention\", \"full_attention\"], {Scaled}: \"yarn\"}}",
        ["opt"] = $"{Width}, \"ffn_dim\": 20, \"activation_function\": \"relu\"",
        ["opt, norms in the stream"] = $"{Width}, \"ffn_dim\": 20, \"activation_function\": \"relu\", \"do_layer_norm_before\": false, \"word_embed_proj_dim\": 10",
        ["phi"] = $"{Width}, \"intermediate_size\": 20, \"hidden_act\": \"gelu_new\", \"layer_norm_eps\": 0.001, \"partial_rotary_factor\": 0.67",
        ["phi, normed heads"] = $"{Width}, \"intermediate_size\": 20, \"hidden_act\": \"gelu_new\", \"layer_norm_eps\": 0.001, \"partial_rotary_factor\": 0.67, \"qk_layernorm\": true",
        ["phi3"] = $"{Gated}, \"sliding_window\": 5",
        ["phi3, longrope"] = $"{Gated}, \"rope_scaling\": {{\"type\": \"su\", \"short_factor\": [1.0, 1.1, 1.2], \"long_factor\": [1.0, 3.0, 5.0]}}, \"original_max_position_embeddings\": 24",
        ["qwen2"] = $"{Gated}, \"use_sliding_window\": true, \"sliding_window\": 5, \"max_window_layers\": 1",
        ["qwen2_moe"] = $"{Sparse}, \"decoder_sparse_step\": 2",
        ["qwen3"] = $"{Gated}, \"head_dim\": 10",
        ["qwen3_5"] = $"\"text_config\": {{{Gated}, {Linear}}}, \"tie_word_embeddings\": true",
        ["qwen3_5_moe"] = $"\"text_config\": {{{Sparse}, {Linear}}}",
        ["qwen3_5_moe_text"] = $"{Sparse}, {Linear}",
        ["qwen3_5_text"] = $"{Gated}, {Linear}, \"attention_bias\": true, \"layer_types\": [\"full_attention\", \"linear_attention\", \"linear_attention\"]",
        ["qwen3_moe"] = $"{Sparse}, \"head_dim\": 10, \"mlp_only_layers\": [1]",
        ["qwen3_next"] = $"{Sparse}, {Linear}, \"mlp_only_layers\": [1]",
        ["smollm3"] = $"{Gated}, \"no_rope_layers\": [1, 0]",
        ["stablelm"] = $"{Width}, \"intermediate_size\": 20, \"hidden_act\": \"silu\", \"layer_norm_eps\": 0.001, \"partial_rotary_factor\": 0.34, \"use_qkv_bias\": true",
        ["stablelm, parallel"] = $"{Width}, \"num_key_value_heads\": 2, \"intermediate_size\": 20, \"hidden_act\": \"silu\", \"layer_norm_eps\": 0.001, \"partial_rotary_factor\": 0.34, \"use_parallel_residual\": true, \"qk_layernorm\": true",
    };

    /// <summary>All of them; every family has at least one.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>The families without a config here.</summary>
    public static IEnumerable<string> Missing => FamilyCatalog.Names.Except(All.Keys.Select(Family));

    /// <summary>The text of config.json.</summary>
    public static string Text(string name) => $"{{\"model_type\": \"{Family(name)}\", {LastOfEach(All[name])}}}";

    private static string Family(string name) => name.Split(',')[0];

    /// <summary>A key that comes twice counts as it comes last, so that a config says only how it differs.</summary>
    private static string LastOfEach(string keys)
    {
        using var json = System.Text.Json.JsonDocument.Parse($"{{{keys}}}");
        var last = new Dictionary<string, string>();
        foreach (var property in json.RootElement.EnumerateObject()) last[property.Name] = property.Value.ValueKind == System.Text.Json.JsonValueKind.Object ? $"{{{LastOfEach(property.Value.GetRawText()[1..^1])}}}" : property.Value.GetRawText();
        return string.Join(", ", last.Select(row => $"\"{row.Key}\": {row.Value}"));
    }
}
