using System.Runtime.CompilerServices;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>The model and text under samples/tiny are whole and what their README says.</summary>
public class TinySample
{
    [Fact]
    public void Every_weight_has_the_shape_that_the_config_gives_it()
    {
        var config = HfConfig.Read(Folder("model"));
        using var checkpoint = Checkpoint.Open(Folder("model"));
        var (dModel, dMlp, dVocab) = (config.Count("hidden_size"), config.Count("intermediate_size"), config.Count("vocab_size"));
        var keyValues = config.Count("num_key_value_heads") * config.Count("head_dim");
        var expected = new Dictionary<string, int[]>
        {
            ["model.embed_tokens.weight"] = [dVocab, dModel],
            ["model.norm.weight"] = [dModel],
            ["lm_head.weight"] = [dVocab, dModel],
        };
        for (var i = 0; i < config.Count("num_hidden_layers"); i++)
        {
            foreach (var norm in new[] { "input_layernorm", "post_attention_layernorm" }) expected[$"model.layers.{i}.{norm}.weight"] = [dModel];
            foreach (var square in new[] { "q_proj", "o_proj" }) expected[$"model.layers.{i}.self_attn.{square}.weight"] = [dModel, dModel];
            foreach (var narrow in new[] { "k_proj", "v_proj" }) expected[$"model.layers.{i}.self_attn.{narrow}.weight"] = [keyValues, dModel];
            foreach (var up in new[] { "gate_proj", "up_proj" }) expected[$"model.layers.{i}.mlp.{up}.weight"] = [dMlp, dModel];
            expected[$"model.layers.{i}.mlp.down_proj.weight"] = [dModel, dMlp];
        }

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), checkpoint.Names);
        Assert.All(expected, row =>
        {
            var tensor = checkpoint.Read(row.Key);
            Assert.Equal(row.Value, tensor.Shape.ToArray());
            Assert.Equal(DType.F32, tensor.DType);
            Assert.All(tensor.Span<float>().ToArray(), value => Assert.True(float.IsFinite(value)));
        });
    }

    [Fact]
    public void The_tokenizer_has_one_token_for_every_id_and_makes_each_by_a_merge()
    {
        var root = StrictJson.Read(Path.Combine(Folder("model"), "tokenizer.json"));
        var vocabulary = root.GetProperty("model").GetProperty("vocab").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetInt32());
        var merges = root.GetProperty("model").GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!.Split(' ')).ToArray();

        Assert.Equal(Enumerable.Range(0, HfConfig.Read(Folder("model")).Count("vocab_size")), vocabulary.Values.Order());
        Assert.All(merges, merge => Assert.True(vocabulary.ContainsKey(merge[0]) && vocabulary.ContainsKey(merge[1]) && vocabulary.ContainsKey(merge[0] + merge[1])));
        Assert.Equal(vocabulary.Count, merges.Select(merge => merge[0] + merge[1]).Distinct().Count() + 256 + 1);
        Assert.Equal(0, vocabulary["<|endoftext|>"]);
    }

    [Fact]
    public void The_folder_is_small_and_the_text_has_many_documents()
    {
        Assert.True(Directory.EnumerateFiles(Folder("model")).Sum(file => new FileInfo(file).Length) < 1 << 20);
        var documents = File.ReadAllText(Folder("texts.txt")).Split("\n\n");
        Assert.True(documents.Length > 100);
        Assert.All(documents, document => Assert.NotEqual("", document.Trim()));
        Assert.DoesNotContain(documents, document => document.AsSpan().ContainsAny("{}"));
    }

    private static string Folder(string part, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "samples", "tiny", part));
}
