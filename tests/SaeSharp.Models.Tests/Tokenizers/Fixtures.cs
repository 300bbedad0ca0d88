using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Small tokenizers of our own: every byte, two dozen merges, added tokens of each kind.</summary>
internal static class Fixtures
{
    public static readonly string[] Names = ["byte-level", "byte-fallback", "gpt2-folder"];

    public static string Folder(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../fixtures/tokenizers", name);

    public static Tokenizer Load(string name) => Tokenizer.Load(Folder(name));

    /// <summary>Loads a fixture's tokenizer.json after a change to it.</summary>
    public static Tokenizer LoadChanged(string name, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(name), "tokenizer.json")))!;
        change(json);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json.ToJsonString());
        return Tokenizer.Load(folder.Path);
    }
}
