using System.Text.Json.Nodes;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models.Tests.Checkpoints;
using SaeSharp.Models.Tests.Tokenizers;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Tests.Library;

/// <summary>MODEL may be one file: everything that a folder can, it can.</summary>
public sealed class ModelFileTests : IDisposable
{
    private const string Text = "the girl sees 12 houses";

    private readonly TemporaryFolder _home = new();
    private readonly Workspace _workspace;

    public ModelFileTests() => _workspace = Workspace.Open(_home.Path, threads: 2);

    [Fact]
    public async Task A_gguf_file_reads_writes_and_trains_as_the_folder_it_was_made_of()
    {
        var file = WriteGguf("models/tiny.gguf");
        var (info, original) = (await Info("tiny.gguf"), await Info(TinyWorkspace.Model));
        Assert.Equal(("tiny.gguf", file, true), (info.Name, info.Path, info.HasTokenizer));
        Assert.Equal((original.Family, original.Parameters, original.DVocab, original.Context), (info.Family, info.Parameters, info.DVocab, info.Context));
        Assert.Equal(original.Hooks, info.Hooks);

        foreach (var model in new[] { "tiny.gguf", file })
        {
            Assert.Equal((await Tokens(TinyWorkspace.Model)).Ids, (await Tokens(model)).Ids);
            Assert.Equal(await Write(TinyWorkspace.Model), await Write(model));
        }
        var trained = await _workspace.Train(TinyWorkspace.Training with { Model = "tiny.gguf", Tokens = 256 }, cancel: Cancel);
        Assert.Equal("tiny/blocks.1.hook_resid_post-topk", Assert.Single(trained.Saes).Name);
        Assert.Single((await _workspace.Read(new() { Model = file, Prompt = Text }, cancel: Cancel)).Layers);
    }

    [Fact]
    public async Task Files_are_listed_by_name_and_one_alone_in_a_folder_by_that()
    {
        foreach (var path in new[] { "models/top.gguf", "models/only/model.gguf", "models/two/q8.gguf", "models/two/f16.gguf", "models/with-config/odd.gguf" }) WriteGguf(path);
        File.Copy(Path.Combine(TinyWorkspace.Model, "config.json"), _home["models/with-config/config.json"]);
        File.WriteAllBytes(_home["models/two/story.bin"], Samples.All["llama2.c"].Bytes);
        File.WriteAllText(_home["models/two/notes.txt"], "");

        Assert.Equal(["only", "top.gguf", "two/f16.gguf", "two/q8.gguf", "two/story.bin", "with-config"], (await _workspace.Contents(Cancel)).Models);
        Assert.Contains("f16.gguf, q8.gguf, story.bin", (await Assert.ThrowsAsync<FileException>(() => Info("two"))).Hint, StringComparison.Ordinal);
        Assert.True((await Info("only")).HasTokenizer);
    }

    [Fact]
    public async Task A_file_that_is_no_model_says_what_it_lacks()
    {
        File.Copy(Path.Combine(TinyWorkspace.Model, "model.safetensors"), _home["weights.safetensors"]);
        var path = _home["weights.safetensors"];
        foreach (var error in new[] { await Assert.ThrowsAsync<LabException>(() => Info(path)), await Assert.ThrowsAsync<LabException>(() => Write(path)) })
            Assert.Equal($"{path} is a file, but no model: it does not say itself what model it is of, and no config.json with a model_type lies beside it.", error.Message);

        File.Copy(Path.Combine(TinyWorkspace.Model, "config.json"), _home["config.json"]);
        Assert.Equal(512, (await Info(path)).DVocab);
        Assert.Contains("has no tokenizer", (await Assert.ThrowsAsync<LabException>(() => Write(path))).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("vocab.json"), InlineData("tokenizer.model"), InlineData("tiny.tiktoken"), InlineData("tokenizer.json")]
    public async Task A_folder_gets_any_tokenizer_that_can_be_read(string name)
    {
        foreach (var file in new[] { "config.json", "model.safetensors" }) File.Copy(Path.Combine(TinyWorkspace.Model, file), _home[file]);
        Assert.False((await Info(_home.Path)).HasTokenizer);
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(TinyWorkspace.Model, "tokenizer.json")))!;
        File.WriteAllBytes(_home[name], name switch
        {
            "vocab.json" => System.Text.Encoding.UTF8.GetBytes(json["model"]!["vocab"]!.ToJsonString()),
            "tokenizer.model" => PieceModels.Write(PieceModels.Bpe, PieceModels.WithEnds(("t", -1, PieceModels.Normal))),
            "tokenizer.json" => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()),
            _ => [.. Enumerable.Range(0, 256).SelectMany(b => System.Text.Encoding.ASCII.GetBytes($"{Convert.ToBase64String([(byte)b])} {b}\n"))],
        });
        if (name == "vocab.json") File.WriteAllLines(_home["merges.txt"], json["model"]!["merges"]!.AsArray().Select(merge => merge!.GetValue<string>()));
        if (name == "tiny.tiktoken") File.WriteAllText(_home["tiny.json"], """{"pattern": "\\S+|\\s+", "special_tokens": {}}""");

        using var again = Workspace.Open(_home["elsewhere"], threads: 2);
        Assert.True((await again.Info(new() { Target = _home.Path }, cancel: Cancel)).Model!.HasTokenizer);
        Assert.NotEmpty((await again.Tokens(new() { Model = _home.Path, Text = Text }, cancel: Cancel)).Lines[0].Ids!);
    }

    [Fact]
    public void The_hash_of_a_model_is_of_its_config_and_every_weight_file()
    {
        WriteSharded();
        File.Copy(Path.Combine(TinyWorkspace.Model, "model.safetensors"), _home["sharded/unused.safetensors"]);
        var gguf = WriteGguf("a.gguf");
        var (sharded, alone) = (Hash(_home["sharded"]), Hash(gguf));
        Assert.Equal(ContentHash.OfFiles([_home["sharded/config.json"], _home["sharded/one.safetensors"], _home["sharded/two.safetensors"]]), sharded);
        Assert.Equal(ContentHash.OfFiles([gguf]), alone);
        Assert.Equal(ContentHash.OfFiles([Path.Combine(TinyWorkspace.Model, "config.json"), Path.Combine(TinyWorkspace.Model, "model.safetensors")]), Hash(TinyWorkspace.Model));
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _home.Dispose();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<ModelInfo> Info(string model) => (await _workspace.Info(new() { Target = model }, cancel: Cancel)).Model!;

    private async Task<TokenLine> Tokens(string model) => (await _workspace.Tokens(new() { Model = model, Text = Text }, cancel: Cancel)).Lines[0];

    private async Task<string> Write(string model) => (await _workspace.Generate(new() { Model = model, Prompt = Text, MaxTokens = 12, IgnoreEos = true }, cancel: Cancel)).Text;

    private string Hash(string model)
    {
        using var shelves = new Shelves(_home.Path, threads: 1);
        return shelves.Models.Get(model).Sha256;
    }

    /// <summary>The sample model in one file, with its tokenizer.</summary>
    private string WriteGguf(string name)
    {
        using var source = new TemporaryFolder();
        foreach (var file in new[] { "model.safetensors", "tokenizer.json" }) File.Copy(Path.Combine(TinyWorkspace.Model, file), source[file]);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(TinyWorkspace.Model, "config.json")))!.AsObject();
        config["rope_parameters"] = new JsonObject { ["rope_type"] = "default", ["rope_theta"] = 10000 };
        File.WriteAllText(source["config.json"], config.ToJsonString());
        var tokenizer = TokenizerToGguf.OfBytePairs(source["tokenizer.json"], "gpt-2");
        tokenizer["tokenizer.ggml.add_bos_token"] = true;
        Directory.CreateDirectory(Path.GetDirectoryName(_home[name])!);
        return _home.Write(name, HfToGguf.Convert(source.Path, "llama", tokenizer));
    }

    private void WriteSharded()
    {
        Directory.CreateDirectory(_home["sharded"]);
        File.Copy(Path.Combine(TinyWorkspace.Model, "config.json"), _home["sharded/config.json"]);
        using var file = SafetensorsFile.Open(Path.Combine(TinyWorkspace.Model, "model.safetensors"));
        var map = new JsonObject();
        foreach (var (shard, names) in new[] { ("one.safetensors", file.Names.Take(5)), ("two.safetensors", file.Names.Skip(5)) })
        {
            SafetensorsWriter.Write(_home[$"sharded/{shard}"], names.Select(name => (name, file.Read(name))));
            foreach (var name in names) map[name] = shard;
        }
        File.WriteAllText(_home["sharded/model.safetensors.index.json"], new JsonObject { ["weight_map"] = map }.ToJsonString());
    }
}
