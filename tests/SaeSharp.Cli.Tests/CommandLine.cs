using System.Runtime.CompilerServices;
using SaeSharp.Cli;

namespace SaeSharp.Cli.Tests;

/// <summary>Runs command lines in this process and gives back what a user would see.</summary>
internal static class CommandLine
{
    public static string Samples([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "..", "..", "..", "samples", "tiny"));

    public static string Model => Path.Combine(Samples(), "model");

    public static string Texts => Path.Combine(Samples(), "texts.txt");

    /// <summary>Exit code, standard output and standard error of <c>sae args</c>.</summary>
    public static async Task<(int Exit, string Output, string Error)> Run(string home, params string[] args)
    {
        using StringWriter output = new(), error = new();
        var exit = await new Shell(output, error, new(Output: false, Error: false)).Run([.. args, "--home", home]);
        return (exit, output.ToString(), error.ToString());
    }
}

/// <summary>A workspace folder that vanishes with the tests that share it; it holds one SAE of the sample model and its index.</summary>
public sealed class TinyHome : IAsyncLifetime
{
    public const string Sae = "tiny";

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"saesharp-cli-{Guid.NewGuid():N}");

    public async ValueTask InitializeAsync()
    {
        string[] corpus = ["--texts", CommandLine.Texts, "--context", "64"];
        await Done(["train", CommandLine.Model, "--hook", "blocks.1.hook_resid_post", "--d-sae", "96", "--k", "6", "--batch", "128", "--tokens", "5120", "--warmup", "5", "--out", Sae, .. corpus]);
        await Done(["index", Sae, "--tokens", "2000", .. corpus]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task Done(params string[] args)
    {
        var (exit, _, error) = await CommandLine.Run(Folder, args);
        Assert.True(exit == 0, error);
    }
}

/// <summary>Tests that share one workspace folder.</summary>
[CollectionDefinition]
public sealed class TinyHomeTests : ICollectionFixture<TinyHome>;
