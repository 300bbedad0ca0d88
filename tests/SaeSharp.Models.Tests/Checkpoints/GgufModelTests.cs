using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Families;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>Models as llama.cpp stores them, translated back.</summary>
public class GgufModelTests
{
    [Theory]
    [InlineData("llama", "llama"), InlineData("llama3", "llama"), InlineData("llama_bias", "llama"), InlineData("llama_linear", "llama")]
    [InlineData("qwen2", "qwen2"), InlineData("qwen3", "qwen3"), InlineData("gemma", "gemma"), InlineData("gemma2", "gemma2"), InlineData("gemma3", "gemma3")]
    [InlineData("phi3", "phi3"), InlineData("phi3_longrope", "phi3"), InlineData("gpt2", "gpt2")]
    public void A_converted_model_has_the_tensors_and_the_config_it_was_made_of(string model, string architecture)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var source = SharedFiles.At("golden", "models", model);
        using var folder = new TemporaryFolder();
        using var original = Checkpoint.Open(source);
        using var converted = Checkpoint.Open(folder.Write("model.gguf", HfToGguf.Convert(source, architecture)));

        Assert.Equal(original.Names, converted.Names);
        var shift = architecture.StartsWith("gemma", StringComparison.Ordinal) ? 1e-6 : 0; // 1 was added in f32
        Assert.All(original.Names, name =>
        {
            var (want, have) = (original.Read(name), converted.Read(name));
            Assert.Equal(want.Shape.ToArray(), have.Shape.ToArray());
            for (var i = 0L; i < want.Count; i++) Assert.Equal(Numerics.TensorConversion.Read(want, i), Numerics.TensorConversion.Read(have, i), shift);
        });
        Assert.Equal(Says(HfConfig.Read(source)), Says(converted.Config()));
        Assert.True(converted.DescribesModel);
    }

    /// <summary>What families read, as one text; keys that GGUF cannot say are left out (it has Gemma's score scale only for the published sizes).</summary>
    private static string Says(HfConfig config)
    {
        var section = config.OptionalSection("rope_parameters.full_attention", "rope_parameters");
        object?[] values =
        [
            config.Text("model_type"), config.Count("num_hidden_layers", "n_layer"), config.Count("hidden_size", "n_embd"), config.OptionalCount("intermediate_size", "n_inner") ?? 4 * config.Count("hidden_size", "n_embd"),
            config.Count("num_attention_heads", "n_head"), config.OptionalCount("num_key_value_heads"), config.Count("vocab_size"), config.Count("max_position_embeddings", "n_positions"),
            config.Number("rms_norm_eps", "layer_norm_epsilon"), config.Text("hidden_act", "hidden_activation", "activation_function"), config.OptionalFlag("tie_word_embeddings") ?? false,
            config.OptionalFlag("attention_bias") ?? false, config.OptionalFlag("mlp_bias") ?? false, config.OptionalCount("sliding_window"), string.Join(",", config.Ids("eos_token_id")), string.Join(",", config.Ids("bos_token_id")),
            config.OptionalNumber("attn_logit_softcapping"), config.OptionalNumber("final_logit_softcapping"), config.OptionalNumber("rope_parameters.sliding_attention.rope_theta"),
            config.Text("model_type").StartsWith("gemma", StringComparison.Ordinal) ? string.Join(",", config.OptionalTexts("layer_types") ?? []) : "",
            section?.OptionalNumber("rope_theta"), section?.OptionalText("rope_type"), section?.OptionalNumber("factor"), section?.OptionalNumber("original_max_position_embeddings"),
            section?.OptionalNumber("low_freq_factor"), section?.OptionalNumber("high_freq_factor"),
            string.Join(",", (section?.OptionalNumbers("short_factor") ?? []).Concat(section?.OptionalNumbers("long_factor") ?? []).Select(value => (float)value)),
        ];
        return string.Join("; ", values);
    }

    [Theory, InlineData("llama"), InlineData("llama_bias")]
    public void A_converted_llama_is_the_same_model_to_its_family(string model)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var source = SharedFiles.At("golden", "models", model);
        using var folder = new TemporaryFolder();
        using var converted = Checkpoint.Open(folder.Write("model.gguf", HfToGguf.Convert(source, "llama")));

        Specs.RequireSame(new Llama().Describe(HfConfig.Read(source)), new Llama().Describe(converted.Config()));
    }

    [Fact]
    public void A_model_that_cannot_be_run_is_refused_when_its_config_is_asked_for()
    {
        Assert.Contains("'mamba'", Refusal(new() { ["general.architecture"] = "mamba" }), StringComparison.Ordinal);
        Assert.Contains("mixture of experts", Refusal(new() { ["general.architecture"] = "llama", ["llama.expert_count"] = 8 }), StringComparison.Ordinal);
        Assert.Contains("llama.block_count", Refusal(new() { ["general.architecture"] = "llama" }), StringComparison.Ordinal);
        Assert.Contains("a text, expected a whole number", Refusal(new() { ["general.architecture"] = "gpt2", ["gpt2.block_count"] = "two" }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_model_and_two_files_in_a_folder_are_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.gguf", RawGguf.File(new Dictionary<string, object> { ["split.count"] = 3 }, []));
        Assert.Contains("--merge", Assert.Throws<FileException>(() => Checkpoint.Open(path)).Hint, StringComparison.Ordinal);

        folder.Write("b.gguf", [1]);
        Assert.Contains("a.gguf, b.gguf", Assert.Throws<FileException>(() => Checkpoint.Open(folder.Path)).Hint, StringComparison.Ordinal);
    }

    private static string Refusal(Dictionary<string, object> metadata)
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = Checkpoint.Open(folder.Write("model.gguf", RawGguf.File(metadata, [])));
        var error = Assert.Throws<FileException>(checkpoint.Config);
        Assert.StartsWith(folder.Path, error.Message, StringComparison.Ordinal);
        return error.Message;
    }
}
