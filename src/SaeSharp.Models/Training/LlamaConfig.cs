using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Training;

/// <summary>Sizes of a new Llama-style model: RMSNorm, rotary positions, SwiGLU (arXiv:2302.13971). Its <c>config.json</c> is what any tool reads.</summary>
public sealed record LlamaConfig
{
    /// <summary>Number of token ids.</summary>
    public required int DVocab { get; init => field = OptionException.Positive(value, "--vocab"); }

    /// <summary>Width of the residual stream.</summary>
    public int DModel { get; init => field = OptionException.Positive(value, "--d-model"); } = 128;

    /// <summary>Blocks.</summary>
    public int Layers { get; init => field = OptionException.Positive(value, "--layers"); } = 6;

    /// <summary>Query heads.</summary>
    public int Heads { get; init => field = OptionException.Positive(value, "--heads"); } = 4;

    /// <summary>Key and value heads; 0 for as many as query heads.</summary>
    public int KeyHeads { get; init => field = OptionException.NotNegative(value, "--key-heads"); }

    /// <summary>Width of the MLP; 0 for three times the stream's.</summary>
    public int DMlp { get; init => field = OptionException.NotNegative(value, "--d-mlp"); }

    /// <summary>Most positions.</summary>
    public int Context { get; init => field = OptionException.Positive(value, "--context"); } = 128;

    /// <summary>Whether the unembedding is the embedding table.</summary>
    public bool Tied { get; init; }

    /// <summary>The token that begins a text.</summary>
    public int? BosId { get; init; }

    /// <summary>The token that ends a text.</summary>
    public int? EosId { get; init; }

    /// <summary>The config that a family reads.</summary>
    /// <exception cref="OptionException">Widths and heads do not fit.</exception>
    public HfConfig ToConfig()
    {
        var keyHeads = KeyHeads == 0 ? Heads : KeyHeads;
        if (DModel % Heads != 0 || DModel / Heads % 2 != 0) throw OptionException.Invalid($"--d-model is {DModel}, expected an even multiple of the {Heads} heads.", $"Give {Math.Max(1, DModel / (2 * Heads)) * 2 * Heads}, or another number of --heads.");
        if (Heads % keyHeads != 0) throw OptionException.Invalid($"--key-heads is {keyHeads}, expected a divisor of the {Heads} heads.", "Leave it out for as many as --heads.");
        return HfConfig.Parse(new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["vocab_size"] = DVocab,
            ["hidden_size"] = DModel,
            ["intermediate_size"] = DMlp == 0 ? 3 * DModel : DMlp,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = keyHeads,
            ["max_position_embeddings"] = Context,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["attention_bias"] = false,
            ["mlp_bias"] = false,
            ["tie_word_embeddings"] = Tied,
            ["bos_token_id"] = BosId,
            ["eos_token_id"] = EosId,
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }), "the new model's config");
    }
}
