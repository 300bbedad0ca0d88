using System.Runtime.CompilerServices;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Tests;

/// <summary>A workspace in a temporary folder with two small SAEs of the sample model, trained for a few steps and indexed.</summary>
public sealed class TinyWorkspace : IAsyncLifetime
{
    public const string Sae = "tiny/blocks.1.hook_resid_post";
    public const string Later = "tiny/blocks.2.hook_resid_post";

    public static string Samples([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "..", "..", "..", "samples", "tiny"));

    public static string Model => Path.Combine(Samples(), "model");

    public static CorpusOptions Corpus => new() { Texts = Path.Combine(Samples(), "texts.txt"), Context = 64 };

    public string Home { get; } = Path.Combine(Path.GetTempPath(), $"saesharp-tests-{Guid.NewGuid():N}");

    public Workspace Workspace { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Workspace = Workspace.Open(Home, threads: 2);
        await Workspace.Train(Training with { Hooks = ["blocks.1.hook_resid_post", "blocks.2.hook_resid_post"], Out = "tiny" });
        await Workspace.Index(new() { Sae = Sae, Corpus = Corpus, Tokens = 4000 });
    }

    public static TrainRequest Training => new()
    {
        Model = Model, Hooks = ["blocks.1.hook_resid_post"], Corpus = Corpus, DSae = 96, K = 6, Batch = 128, Tokens = 128 * 40, Warmup = 5, DeadWindow = 20,
    };

    public ValueTask DisposeAsync()
    {
        Workspace.Dispose();
        Directory.Delete(Home, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Tests that share one workspace.</summary>
[CollectionDefinition]
public sealed class TinyWorkspaceTests : ICollectionFixture<TinyWorkspace>;
