using System.Text;
using CsCheck;
using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Tests.Checkpoints;

public class HfConfigTests
{
    private const string Llama = """
        {"model_type":"llama","hidden_size":32,"rms_norm_eps":1e-05,"tie_word_embeddings":false,"eos_token_id":[1,2],"bos_token_id":0,"sliding_window":0,
         "rope_scaling":null,"rope_theta":10000.0,"layer_types":["full","full"],"nested":{"factor":8,"list":[1,2.5]}}
        """;

    private static readonly HfConfig Config = HfConfig.Parse(Llama);

    [Fact]
    public void Values_are_read_under_the_checkpoints_own_names()
    {
        Assert.Equal("llama", Config.Text("model_type"));
        Assert.Equal(32, Config.Count("hidden_size"));
        Assert.Equal(1e-5, Config.Number("rms_norm_eps"));
        Assert.False(Config.Flag("tie_word_embeddings"));
        Assert.Equal([1, 2], Config.Ids("eos_token_id"));
        Assert.Equal([0], Config.Ids("bos_token_id"));
        Assert.Empty(Config.Ids("pad_token_id"));
        Assert.Equal(["full", "full"], Config.OptionalTexts("layer_types")!);
        Assert.Equal(8, Config.OptionalSection("nested")!.Count("factor"));
        Assert.Equal([1, 2.5], Config.OptionalNumbers("nested.list")!);
    }

    [Fact]
    public void The_first_key_that_is_there_and_not_null_counts()
    {
        Assert.Equal(10000, Config.Number("rope_parameters.rope_theta", "rope_scaling.rope_theta", "rope_theta"));
        Assert.Equal(8, Config.Number("nested.factor", "rope_theta"));
        Assert.Equal(32, Config.Count("n_embd", "hidden_size"));
    }

    [Fact]
    public void What_is_absent_null_or_a_zero_count_is_null()
    {
        Assert.False(Config.Has("rope_scaling", "rope_parameters"));
        Assert.True(Config.Has("rope_scaling", "rope_theta"));
        Assert.Null(Config.OptionalSection("rope_scaling"));
        Assert.Null(Config.OptionalCount("sliding_window"));
        Assert.Null(Config.OptionalCount("num_key_value_heads"));
        Assert.Null(Config.OptionalNumber("rope_parameters.factor"));
        Assert.Null(Config.OptionalFlag("attention_bias"));
        Assert.Null(Config.OptionalText("hidden_act"));
    }

    [Fact]
    public void A_pattern_is_written_out_as_far_as_it_is_needed()
    {
        var config = HfConfig.Parse("""{"types":[[["a","b"],2],[["c"],2147483647]],"wrong":[["a",2]],"none":[[[],2147483647]]}""");
        Assert.Equal(["a", "b", "a", "b", "c", "c"], config.OptionalPattern("types", 6)!);
        Assert.Equal(["a", "b", "a"], config.OptionalPattern("types", 3)!);
        Assert.Empty(config.OptionalPattern("none", 3)!);
        Assert.Null(config.OptionalPattern("absent", 3));
        Assert.Contains("wrong[0][0]", Assert.Throws<FileException>(() => config.OptionalPattern("wrong", 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_read_where_a_key_is_absent_or_null()
    {
        var config = Config.Or(HfConfig.Parse("""{"hidden_size":7,"rope_scaling":"x","head_dim":9}""", "defaults"));
        Assert.Equal((32, 9, "x"), (config.Count("hidden_size"), config.Count("head_dim"), config.Text("rope_scaling")));
        Assert.StartsWith("config.json", Assert.Throws<FileException>(() => config.Count("heads")).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<HfConfig, object?>, string> Misreadings => new()
    {
        { "rms_norm_eps", config => config.Count("rms_norm_eps"), "1e-05, expected a whole number from 1" },
        { "sliding_window", config => config.Count("sliding_window"), "0, expected a whole number from 1" },
        { "model_type", config => config.Number("model_type"), "\"llama\", expected a finite number" },
        { "hidden_size", config => config.OptionalText("n", "hidden_size"), "32, expected a string" },
        { "hidden_size", config => config.Flag("hidden_size"), "32, expected true or false" },
        { "hidden_size", config => config.OptionalNumbers("hidden_size"), "32, expected a list" },
        { "hidden_size", config => config.OptionalSection("hidden_size"), "32, expected an object" },
        { "hidden_size.factor", config => config.OptionalNumber("hidden_size.factor"), "32, expected an object with 'factor'" },
        { "layer_types[0]", config => config.OptionalNumbers("layer_types"), "\"full\", expected a finite number" },
        { "nested.list[1]", config => config.Ids("nested.list"), "2.5, expected a whole number from 0" },
        { "nested.factor", config => config.OptionalSection("nested")!.Text("factor"), "8, expected a string" },
        { "n_head' or 'heads", config => config.Count("n_head", "heads"), "no key" },
        { "nested.none", config => config.OptionalSection("nested")!.Count("none"), "no key" },
    };

    [Theory, MemberData(nameof(Misreadings))]
    public void An_error_names_the_file_the_key_the_value_and_the_expectation(string key, Func<HfConfig, object?> read, string reason)
    {
        var error = Assert.Throws<FileException>(() => read(Config));
        Assert.StartsWith("config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_key_is_answered_with_the_nearest() =>
        Assert.Contains("'hidden_size'", Assert.Throws<FileException>(() => Config.Count("hiden_size")).Hint, StringComparison.Ordinal);

    [Theory, InlineData("[]"), InlineData("1e999"), InlineData("{\"a\":1,\"a\":1}"), InlineData("{")]
    public void What_is_not_one_object_is_refused(string json) => Assert.Throws<FileException>(() => HfConfig.Parse(json));

    [Fact]
    public void A_number_beyond_double_is_refused() =>
        Assert.Throws<FileException>(() => HfConfig.Parse("""{"a":1e999}""").Number("a"));

    [Fact]
    public void Any_damage_to_the_text_is_a_typed_error_or_another_sound_config() =>
        Gen.Select(Gen.Int[0, Llama.Length - 1], Gen.Byte, Gen.Bool).Sample((at, value, cut) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Llama);
            bytes[at] = value;
            using var folder = new TemporaryFolder();
            folder.Write("config.json", cut ? bytes[..at] : bytes);
            try
            {
                var config = HfConfig.Read(folder.Path);
                _ = (config.OptionalCount("hidden_size"), config.OptionalNumber("nested.factor"), config.OptionalTexts("layer_types"), config.OptionalText("model_type"), config.Ids("eos_token_id"));
            }
            catch (FileException error)
            {
                Assert.StartsWith(folder.Path, error.Message, StringComparison.Ordinal);
            }
        }, iter: 2_000);
}
