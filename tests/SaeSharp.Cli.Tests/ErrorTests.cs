using System.Runtime.CompilerServices;

namespace SaeSharp.Cli.Tests;

/// <summary>What a user reads when something is wrong, beside the text it is to be (<c>Errors/*.txt</c>): one clear error, its exit code, nothing on the standard output.</summary>
[Collection(typeof(TinyHomeTests))]
public class ErrorTests(TinyHome home)
{
    private const string Hook = "blocks.1.hook_resid_post";

    public static TheoryData<string, int, string[]> Cases => new()
    {
        { "no-such-model", 1, ["info", "samples/tiny/modle"] },
        { "no-such-sae", 1, ["eval", "tyny", "--texts", "{texts}"] },
        { "no-such-hook", 1, ["train", "{model}", "--hook", "blocks.1.hook_resid_pots", "--texts", "{texts}"] },
        { "no-such-texts", 1, ["train", "{model}", "--hook", Hook, "--texts", "{home}/nowhere.txt"] },
        { "no-such-feature", 1, ["feature", "tiny", "96"] },
        { "no-corpus", 1, ["index", "tiny"] },
        { "bad-push", 1, ["steer", "{model}", "Once", "--feature", "tiny:3"] },
        { "bad-positions", 1, ["steer", "{model}", "Once", "--feature", "tiny:3=1", "--positions", "everywhere"] },
        { "no-second-set", 1, ["contrast", "{model}", "--prompt-a", "Once", "Twice"] },
        { "no-chat-template", 1, ["generate", "{model}", "Hi", "--chat"] },
        { "no-chat-template", 1, ["generate", "{model}", "Hi", "--chat-variable", "enable_thinking=false"] },
        { "no-tokenizer", 1, ["tokens", "{bare}", "Hi"] },
        { "no-model-folder", 1, ["generate", "{home}", "Hi"] },
        { "two-prompts", 1, ["tokens", "{model}", "Hi", "--texts", "{texts}"] },
        { "prompt-beside-messages", 1, ["tokens", "{model}", "Hi", "--messages", "{texts}"] },
        { "no-prompt", 1, ["generate", "{model}"] },
        { "batch-of-nothing", 1, ["train", "{model}", "--hook", Hook, "--texts", "{texts}", "--batch=-1"] },
        { "context-too-long", 1, ["train", "{model}", "--hook", Hook, "--texts", "{texts}", "--context", "4096"] },
        { "wrong-tensor", 1, ["encode", "tiny", "--input", "{model}/model.safetensors", "--tensor", "model.embed_tokens.wieght", "--out", "{home}/never.safetensors"] },
        { "wrong-width", 1, ["encode", "tiny", "--input", "{model}/model.safetensors", "--tensor", "model.layers.0.mlp.down_proj.weight", "--out", "{home}/never.safetensors"] },
        { "truncated-model", 1, ["info", "{truncated}"] },
        { "no-connection-string", 1, ["label", "--db", "postgres://ada:secret@db.lab/mine"] },
        { "no-such-list", 1, ["list", "birds"] },
        { "no-name-to-vote-on", 1, ["vote", "tiny", "3", "--vote", "up"] },
        { "no-such-flag", 2, ["train", "{model}", "--hok", Hook] },
        { "not-a-number", 2, ["train", "{model}", "--hook", Hook, "--texts", "{texts}", "--k", "many"] },
        { "no-such-verb", 2, ["trian"] },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task Every_error_reads_as_it_stands_here(string name, int exit, string[] args)
    {
        var (truncated, bare) = (Truncated(), Bare());
        string Filled(string text) => text.Replace("{model}", CommandLine.Model).Replace("{texts}", CommandLine.Texts).Replace("{home}", home.Folder).Replace("{truncated}", truncated).Replace("{bare}", bare);
        var before = Contents();
        var result = await CommandLine.Run(home.Folder, [.. args.Select(Filled)]);
        var shown = result.Error.Replace(truncated, "{truncated}").Replace(bare, "{bare}").Replace(CommandLine.Model, "{model}").Replace(CommandLine.Texts, "{texts}").Replace(home.Folder, "{home}");
        Assert.Equal(Expected(name, shown), shown);
        Assert.Equal(exit, result.Exit);
        Assert.Empty(result.Output);
        Assert.Equal(before, Contents()); // nothing half-written
    }

    private string[] Contents() => [.. Directory.EnumerateFiles(home.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private string Truncated()
    {
        var folder = Path.Combine(home.Folder, "truncated");
        if (Directory.Exists(folder)) return folder;
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(CommandLine.Model, "config.json"), Path.Combine(folder, "config.json"));
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), File.ReadAllBytes(Path.Combine(CommandLine.Model, "model.safetensors"))[..100_000]);
        return folder;
    }

    private string Bare()
    {
        var folder = Path.Combine(home.Folder, "bare");
        Directory.CreateDirectory(folder);
        foreach (var file in (string[])["config.json", "model.safetensors"]) File.Copy(Path.Combine(CommandLine.Model, file), Path.Combine(folder, file), overwrite: true);
        return folder;
    }

    /// <summary>The text on file. Where there is none yet, what was shown is written there for a person to judge, and the test fails once.</summary>
    private static string Expected(string name, string shown, [CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "Errors", $"{name}.txt");
        if (File.Exists(file)) return File.ReadAllText(file);
        File.WriteAllText(file, shown);
        throw new FileNotFoundException($"{file} was missing and holds now what was shown: read it, then run again.");
    }
}
