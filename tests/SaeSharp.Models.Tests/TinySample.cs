using System.Runtime.CompilerServices;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests;

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
        var documents = Documents();
        Assert.True(documents.Length > 100);
        Assert.All(documents, document => Assert.NotEqual("", document.Trim()));
        Assert.DoesNotContain(documents, document => document.AsSpan().ContainsAny("{}"));
    }

    [Fact]
    public void Our_tokenizer_reads_it_and_gives_the_text_back()
    {
        var tokenizer = Tokenizer.Load(Folder("model"));
        Assert.Equal((0, 0, 512), (tokenizer.BosId, tokenizer.EosId, tokenizer.VocabularySize));
        foreach (var document in Documents())
        {
            var ids = tokenizer.Encode(document).Ids;
            Assert.Equal(0, ids[0]);
            Assert.Equal(document, tokenizer.Decode(ids));
            Assert.True(ids.Length < document.Length, "no merge was applied");
        }
    }

    /// <summary>Variance of a stream splits into what the token alone explains and what its context adds; a sample for SAEs needs a good share of both.</summary>
    [Fact]
    public void Every_layer_depends_on_the_token_and_on_its_context()
    {
        var tokenizer = Tokenizer.Load(Folder("model"));
        var model = Transformer.Load(Folder("model"), Reference.Instance);
        var batch = TokenBatch.Of([.. Documents().Take(24).Select(document => tokenizer.Encode(document).Ids)]);
        for (var layer = 0; layer < model.Spec.Layers; layer++)
        {
            double[][] rows = [];
            model.Run(batch, new HookSet().Read($"blocks.{layer}.hook_resid_post", x => rows = [.. Enumerable.Range(0, x.RowCount).Select(i => x.Row<float>(i).ToArray().Select(value => (double)value).ToArray())]), LogitRows.None);

            var (all, context) = (Variance(rows), 0.0);
            var ids = batch.Ids.ToArray();
            foreach (var token in rows.Zip(ids).GroupBy(row => row.Second))
            {
                double[][] same = [.. token.Select(row => row.First)];
                context += same.Length * Variance(same) / rows.Length;
            }
            Assert.InRange(context / all, 0.1, 0.9);
            Assert.InRange(all / model.Spec.DModel, 0.1, 100);
        }
    }

    /// <summary>Mean squared distance to the mean.</summary>
    private static double Variance(double[][] rows)
    {
        var mean = Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(row => row[i])).ToArray();
        return rows.Average(row => row.Zip(mean).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second)));
    }

    private static string[] Documents() => File.ReadAllText(Folder("texts.txt")).Split("\n\n");

    [Fact]
    public void The_model_runs()
    {
        var model = Transformer.Load(Folder("model"), Reference.Instance);
        Assert.Equal(3, Generation.Generator.Generate(model, [1, 2], new() { MaxTokens = 3, IgnoreEos = true }).Ids.Length);
    }

    private static string Folder(string part, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "samples", "tiny", part));
}
