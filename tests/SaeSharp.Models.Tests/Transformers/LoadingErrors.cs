using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>What a person reads when a model cannot be opened or asked: the fact, then the next step.</summary>
public class LoadingErrors
{
    [Fact]
    public void A_wrong_path_is_named()
    {
        using var folder = new TemporaryFolder();
        Require<ModelException>(() => Load(folder["nowhere"]), $"There is no folder {folder["nowhere"]}.", "Give a folder with config.json and model.safetensors.");
        File.WriteAllText(folder["file"], "");
        Assert.Contains("its 0 bytes do not begin like one of safetensors, torch, GGUF, llama2.c", Assert.Throws<FileException>(() => Load(folder["file"])).Message, StringComparison.Ordinal);
        Require<ModelException>(() => Load(folder.Path), $"{folder.Path} has no config.json, so it is not a model folder.", "Give a folder with config.json and model.safetensors.");
    }

    [Fact]
    public void A_state_dict_without_a_config_beside_it_is_no_model()
    {
        using var folder = new TemporaryFolder();
        new TinyLlama().Write(folder.Path);
        File.Delete(folder["config.json"]);
        Require<ModelException>(() => Load(folder["model.safetensors"]), $"{folder.Path} has no config.json, so it is not a model folder.", "Give a folder with config.json and model.safetensors.");
    }

    [Fact]
    public void An_unknown_family_lists_the_known_ones_and_the_nearest()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], new TinyLlama().Config(family: "lama"));
        var error = Assert.Throws<ModelException>(() => Load(folder.Path));
        Assert.Contains("model_type is 'lama', expected one of", error.Message, StringComparison.Ordinal);
        Assert.All(FamilyCatalog.Names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
        Assert.Contains("'llama'", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_tensor_is_missing_and_the_hint_has_what_is_there()
    {
        using var folder = new TemporaryFolder();
        var error = LoadChanged(folder, tensors => Rename(tensors, "model.layers.1.mlp.up_proj.weight", "model.layers.1.mlp.upp_proj.weight"));
        Assert.Equal($"{folder["model.safetensors"]} has no tensor 'model.layers.1.mlp.up_proj.weight', expected as blocks.1.mlp.up.weight.", error.Message);
        Assert.Contains("'model.layers.1.mlp.upp_proj.weight'", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_without_use_is_an_error_that_names_the_nearest()
    {
        using var folder = new TemporaryFolder();
        var error = LoadChanged(folder, tensors => With(tensors, "model.layers.1.self_attn.q_proj.bias", Tensor.Zeros(DType.F32, 24)));
        Assert.Equal($"{folder["model.safetensors"]} has a tensor 'model.layers.1.self_attn.q_proj.bias' that this family has no use for.", error.Message);
        Assert.Contains("'model.layers.1.self_attn.q_proj.weight'", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_shape_or_type_says_both_sides()
    {
        using var folder = new TemporaryFolder();
        var shape = LoadChanged(folder, tensors => With(tensors, "model.norm.weight", Tensor.Zeros(DType.F32, 13)));
        Assert.Equal($"{folder["model.safetensors"]}: 'model.norm.weight' is [13], expected [dModel=12].", shape.Message);
        var type = LoadChanged(folder, tensors => With(tensors, "model.norm.weight", Tensor.Zeros(DType.I32, 12)));
        Assert.Equal($"{folder["model.safetensors"]}: 'model.norm.weight' holds I32, expected F32, F64, BF16 or F16.", type.Message);
    }

    [Fact]
    public void More_layers_in_the_config_than_in_the_weights_are_missing_tensors()
    {
        using var folder = new TemporaryFolder();
        new TinyLlama().Write(folder.Path);
        File.WriteAllText(folder["config.json"], new TinyLlama { Layers = 2_000_000_000 }.Config());
        Assert.Contains("has no tensor 'model.layers.2.input_layernorm.weight'", Assert.Throws<ModelException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rotary_scaling_of_an_unknown_kind_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], new TinyLlama().Config("\"rope_theta\": 100.0, \"rope_scaling\": {\"rope_type\": \"spiral\", \"factor\": 8.0}"));
        Assert.Contains("'spiral', expected one of default, linear, dynamic, yarn, llama3, longrope", Assert.Throws<FileException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"longrope\", \"short_factor\": [1.0], \"long_factor\": [1.0, 2.0, 3.0]}", "short_factor has 1 numbers, expected one for each of the 3 rotated pairs")]
    [InlineData("\"rope_theta\": 0.0", "rope_theta is 0, expected a number above 1")]
    [InlineData("\"partial_rotary_factor\": 0.5", "0.5 of a head of 6 numbers is rotated, expected an even number of them")]
    public void Rotary_settings_that_mean_nothing_are_refused(string keys, string fact)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], new TinyLlama().Config(keys));
        Assert.Contains(fact, Assert.Throws<ModelException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"rope_theta\": 100.0")]
    [InlineData("\"rope_theta\": 100.0, \"rope_scaling\": null")]
    [InlineData("\"rope_theta\": 100.0, \"rope_scaling\": {\"rope_type\": \"default\"}")]
    [InlineData("\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 100.0}")]
    [InlineData("\"rope_parameters\": {\"rope_theta\": 100.0}")]
    public void Every_way_to_write_plain_rotary_positions_means_the_same(string keys)
    {
        using var folder = new TemporaryFolder();
        new TinyLlama().Write(folder.Path);
        File.WriteAllText(folder["config.json"], new TinyLlama().Config(keys));
        Runs.RequireSameBits(new TinyLlama().Load(Engines.Fast).Logits(null, [1, 2, 3]), Load(folder.Path).Logits(null, [1, 2, 3]));
    }

    [Fact]
    public void Heads_that_do_not_fit_together_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], new TinyLlama { DHead = int.MaxValue }.Config());
        Assert.Contains("head_dim is 2147483647", Assert.Throws<ModelException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["config.json"], new TinyLlama { KeyHeads = 3 }.Config());
        Assert.Contains("num_key_value_heads is 3, expected a divisor of num_attention_heads, which is 4", Assert.Throws<ModelException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tied_table_is_found_under_either_name_and_counts_once()
    {
        using var folder = new TemporaryFolder();
        var tied = new TinyLlama { Tied = true };
        var model = tied.Load(Engines.Fast);
        tied.Write(folder.Path, tensors => Rename(tensors, "model.embed_tokens.weight", "lm_head.weight"));
        var other = Load(folder.Path);
        Runs.RequireSameBits(model.Logits(null, [1, 2]), other.Logits(null, [1, 2]));
        Assert.Equal(model.ParameterCount, other.ParameterCount);
        Assert.Equal(model.ParameterCount + 37 * 12, new TinyLlama().Load(Engines.Fast).ParameterCount);
        Assert.Equal(4 * model.ParameterCount, model.WeightBytes);
    }

    [Fact]
    public void An_unknown_hook_names_the_nearest()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        Require<ModelException>(() => model.RequireHook("blocks.1.hook_residpost"), "This llama model has no hook 'blocks.1.hook_residpost'.", "Did you mean 'blocks.1.hook_resid_post'?");
        Assert.Throws<ModelException>(() => model.Run(TokenBatch.Of([1]), new HookSet().Read("blocks.2.hook_resid_post", _ => { }), LogitRows.All));
    }

    [Fact]
    public void Ids_and_lengths_outside_the_model_are_refused()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        Assert.Contains("Token id 37 lies outside the vocabulary of 37", Assert.Throws<OptionException>(() => model.Logits(null, [1, 37])).Message, StringComparison.Ordinal);
        Assert.Contains("Token id -1", Assert.Throws<OptionException>(() => model.Logits(null, [-1])).Message, StringComparison.Ordinal);
        Assert.Contains("41 tokens", Assert.Throws<ModelException>(() => model.Logits(null, new int[41])).Message, StringComparison.Ordinal);
        Assert.Contains("Sequence 1 has no token", Assert.Throws<OptionException>(() => TokenBatch.Of([1], [])).Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => model.Run(TokenBatch.Of([1, 2, 3]), null, LogitRows.All, new DecodingState(model, 2)));
        Assert.Throws<OptionException>(() => new DecodingState(model, 41));
    }

    private static Transformer Load(string folder) => Transformer.Load(folder, Engines.Get(Engines.Fast));

    private static ModelException LoadChanged(TemporaryFolder folder, Func<Dictionary<string, Tensor>, Dictionary<string, Tensor>> change)
    {
        new TinyLlama().Write(folder.Path, change);
        return Assert.Throws<ModelException>(() => Load(folder.Path));
    }

    private static Dictionary<string, Tensor> Rename(Dictionary<string, Tensor> tensors, string from, string to) =>
        tensors.ToDictionary(row => row.Key == from ? to : row.Key, row => row.Value);

    private static Dictionary<string, Tensor> With(Dictionary<string, Tensor> tensors, string name, Tensor tensor)
    {
        tensors[name] = tensor;
        return tensors;
    }

    private static void Require<T>(Action action, string message, string hint) where T : SaeSharpException
    {
        var error = Assert.Throws<T>(action);
        Assert.Equal(message, error.Message);
        Assert.Equal(hint, error.Hint);
    }
}
