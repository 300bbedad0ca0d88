using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Tokenizers and what their reference implementation makes of 1,701 texts. They lie beside the checkout on some machines; tests that need them are skipped elsewhere.</summary>
internal static class ReferenceTokenizers
{
    private static readonly Lazy<string[]> CorpusTexts = new(() => [.. File.ReadLines(Golden("corpus.jsonl")).Select(line => JsonNode.Parse(line)!["t"]!.GetValue<string>())]);
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<Tokenizer>> Loaded = new();

    public static string[] Corpus => CorpusTexts.Value;

    public static string Golden(string path) => SharedFiles.At("golden", "tokenizers", path);

    public static string Data(string path) => SharedFiles.At("data", path);

    /// <summary>The tokenizers of the manifest that are a tokenizer.json.</summary>
    public static IEnumerable<string> JsonNames => Manifest().Where(row => row["kind"]!.GetValue<string>().Length == 1).Select(row => row["name"]!.GetValue<string>());

    public static Tokenizer Load(string name) => Loaded.GetOrAdd(name, name => new(() => name switch
    {
        "gpt2-real" => FilledTemplate(),
        "gpt2-folder" => Tokenizer.Load(Data("gpt2-tokenizer")),
        "tinystories-656k" => Tokenizer.Load(Data("tinystories-656k")),
        _ => Tokenizer.Load(Golden($"{name}/tokenizer.json")),
    })).Value;

    /// <summary>The rows of one of the gzipped files of a tokenizer.</summary>
    public static IEnumerable<JsonElement> Rows(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Golden(path)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            using var row = JsonDocument.Parse(line);
            yield return row.RootElement.Clone();
        }
    }

    private static IEnumerable<JsonNode> Manifest() => JsonNode.Parse(File.ReadAllText(Golden("manifest.json")))!["tokenizers"]!.AsArray().Select(row => row!);

    private static Tokenizer FilledTemplate()
    {
        var template = JsonNode.Parse(File.ReadAllText(Golden("gpt2-real/template.json")))!;
        template["model"]!["vocab"] = JsonNode.Parse(File.ReadAllText(Data("gpt2-tokenizer/vocab.json")));
        template["model"]!["merges"] = new JsonArray([.. File.ReadLines(Data("gpt2-tokenizer/merges.txt")).Select(line => (JsonNode)line)]);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], template.ToJsonString());
        return Tokenizer.Load(folder.Path);
    }
}
