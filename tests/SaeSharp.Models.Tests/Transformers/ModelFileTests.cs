using System.Text.Json.Nodes;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Generation;
using SaeSharp.Models.Tests.Checkpoints;
using SaeSharp.Models.Tests.Tokenizers;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>A model in one file: GGUF, llama2.c, or weights beside a config.json.</summary>
public class ModelFileTests
{
    private const string Text = "Hello the hello, 東京 and\n\nmore";

    private static readonly TinyLlama Llama = new() { DVocab = 295, Context = 64 };

    [Fact]
    public void A_llama_as_gguf_has_the_logits_and_the_ids_of_its_folder()
    {
        using var folder = new TemporaryFolder();
        WriteLlama(folder);
        var (original, converted) = (Load(folder.Path), Load(WriteGguf(folder)));
        var tokenizer = Tokenizer.Load(Tokenizer.Find(folder["only/tiny.gguf"])!);
        var ids = Tokenizer.Load(folder.Path).Encode(Text).Ids;

        Assert.Equal(ids, tokenizer.Encode(Text).Ids);
        Runs.RequireSameBits(original.Logits(null, ids), converted.Logits(null, ids));
        Runs.RequireSameBits(original.Logits(null, ids), Load(folder["only"]).Logits(null, ids));
        Assert.Equal([folder["only/tiny.gguf"]], converted.Files);
        Assert.Equal(folder["only/tiny.gguf"], Tokenizer.Find(folder["only"]));
    }

    [Fact]
    public void A_gpt2_as_gguf_has_the_logits_of_its_folder()
    {
        using var folder = new TemporaryFolder();
        new TinyModel("gpt2").Write(folder.Path, tensors =>
        {
            foreach (var (name, tensor) in tensors.ToArray())
            {
                tensors.Remove(name);
                tensors[$"transformer.{name[(name.StartsWith("transformer.", StringComparison.Ordinal) ? 12 : 0)..]}"] = tensor;
            }
        });
        Change(folder["config.json"], config => (config["bos_token_id"], config["eos_token_id"]) = (5, 5));
        var path = folder.Write("tiny.gguf", HfToGguf.Convert(folder.Path, "gpt2", TokenizerToGguf.OfGpt2(Fixtures.Folder("gpt2-folder"))));

        Runs.RequireSameBits(Load(folder.Path).Logits(null, [1, 2, 3, 36]), Load(path).Logits(null, [1, 2, 3, 36]));
        Assert.Equal(Fixtures.Load("gpt2-folder").Encode(Text).Ids, Tokenizer.Load(Tokenizer.Find(path)!).Encode(Text).Ids);
    }

    [Fact]
    public void Every_file_that_opens_one_model_is_known_as_a_model()
    {
        using var folder = new TemporaryFolder();
        WriteLlama(folder);
        var gguf = WriteGguf(folder);
        File.WriteAllText(folder["notes.txt"], "safetensors are weights");

        Assert.All(new[] { folder.Path, folder["model.safetensors"], gguf, folder["only"] }, path => Assert.True(ModelPath.IsModel(path), path));
        Assert.All(new[] { folder["nothing"], folder["notes.txt"], folder["config.json"], folder["tokenizer.json"] }, path => Assert.False(ModelPath.IsModel(path), path));
        Change(folder["config.json"], config => config.Remove("model_type"));
        Assert.False(ModelPath.IsModel(folder["model.safetensors"]), "an SAE beside its config");
    }

    [Fact]
    public void A_folder_takes_its_own_tokenizer_before_that_within_its_file_and_a_file_the_other_way_round()
    {
        using var folder = new TemporaryFolder();
        WriteLlama(folder);
        var gguf = WriteGguf(folder);
        File.Copy(folder["tokenizer.json"], folder["only/tokenizer.json"]);

        Assert.Equal(folder["only/tokenizer.json"], Tokenizer.Find(folder["only"]));
        Assert.Equal(gguf, Tokenizer.Find(gguf));
        Assert.Equal(folder["tokenizer.json"], Tokenizer.Find(folder["model.safetensors"]));
        Assert.Equal(folder["notes.json"], Tokenizer.Find(folder["notes.json"]));
        File.Delete(folder["tokenizer.json"]);
        Assert.Null(Tokenizer.Find(folder.Path));
    }

    [Fact]
    public Task A_gguf_with_damaged_metadata_is_refused_or_a_model()
    {
        using var folder = new TemporaryFolder();
        WriteLlama(folder);
        var sound = File.ReadAllBytes(WriteGguf(folder));
        return MutantRun.RequireTyped(".gguf", (random, mutator) => InMetadata(sound, random, mutator), path =>
        {
            try
            {
                _ = Load(path);
                if (Tokenizer.Find(path) is { } found) _ = Tokenizer.Load(found).Encode(Text);
                return true;
            }
            catch (SaeSharpException error)
            {
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                return false;
            }
        });
    }

    [Fact]
    public void A_published_llama2c_model_writes_the_published_text()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var path = SharedFiles.Data("stories260K", "stories260K.bin");
        var tokenizer = Tokenizer.Load(Tokenizer.Find(path)!);
        foreach (var engine in Engines.Names)
        {
            var ids = Generator.Generate(Transformer.Load(path, Engines.Get(engine)), tokenizer.Encode("").Ids, new() { MaxTokens = 200 }).Ids;
            Assert.Equal(File.ReadAllText(SharedFiles.Data("stories260K", "expected_greedy_200.txt")).TrimEnd('\n'), tokenizer.Decode([tokenizer.BosId!.Value, .. ids]).TrimEnd('\n'));
        }
    }

    [Fact]
    public void Its_tokenizer_has_the_ids_of_the_published_program()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var tokenizer = Tokenizer.Load(SharedFiles.Data("stories260K", "tok512.bin"));
        foreach (var prompt in StrictJson.Read(SharedFiles.Data("stories260K", "golden.json")).GetProperty("prompts").EnumerateArray())
            Assert.Equal(prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), tokenizer.Encode(prompt.GetProperty("text").GetString()!).Ids);
    }

    private static Transformer Load(string path) => Transformer.Load(path, Engines.Get(Engines.Fast));

    private static void WriteLlama(TemporaryFolder folder)
    {
        Llama.Write(folder.Path);
        File.WriteAllText(folder["config.json"], Llama.Config("\"bos_token_id\": 1, \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 100.0}"));
        File.Copy(Path.Combine(Fixtures.Folder("byte-fallback"), "tokenizer.json"), folder["tokenizer.json"]);
    }

    private static string WriteGguf(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["only"]);
        return folder.Write("only/tiny.gguf", HfToGguf.Convert(folder.Path, "llama", TokenizerToGguf.OfFallback(folder["tokenizer.json"])));
    }

    /// <summary>Bytes of the metadata changed, the rest left as it is.</summary>
    private static byte[] InMetadata(byte[] sound, Random random, Mutator mutator)
    {
        if (random.Next(4) == 0) return mutator.Damage(sound);
        var mutant = (byte[])sound.Clone();
        var end = sound.AsSpan().IndexOf("token_embd"u8);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(8, end);
            mutant[at] = random.Next(3) switch { 0 => (byte)(mutant[at] ^ (1 << random.Next(8))), 1 => (byte)random.Next(256), _ => (byte)(mutant[at] + 1) };
        }
        return mutant;
    }

    private static void Change(string file, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        change(json);
        File.WriteAllText(file, json.ToJsonString());
    }
}
